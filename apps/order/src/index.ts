export { OrderModule } from './order.module';
export { PAGES } from './pages/pages-folder';
