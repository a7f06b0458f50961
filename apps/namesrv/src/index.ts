export { main } from './main';
export { NamesrvModule } from './namesrv.module';
