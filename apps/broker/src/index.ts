export { BrokerModule } from './broker.module';
export { main } from './main';
