export { MQClientInstance } from './instance/mq-client-instance';
export { RpcClient } from './transport/rpc-client';
export { ProcessQueue } from './consumer/process-queue';
export { BrokerRequestProcessor } from './instance/broker-request-processor';
