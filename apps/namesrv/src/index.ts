export { main } from './main';
export { NamesrvModule } from './namesrv.module';
export type { NamesrvModuleOptions } from './namesrv.module';
