import assert from 'node:assert';
import { RequestCode } from '@rocket-nest/remoting';
import type { RequestProcessor } from './broker-context';
import type { BrokerProcessors } from './broker-processors';
import { admin, client, cluster, group, topic } from './request-access';
import type { RequestAccess } from './request-access';

/** One request code: what answers it, who may send it, and whether the VIP port takes it. */
export interface RequestTableEntry {
  readonly code: number;
  readonly access: RequestAccess;
  readonly vip: boolean;
  readonly process: RequestProcessor;
}

type CodeName = keyof typeof RequestCode;
type Row = readonly [CodeName, RequestAccess, RequestProcessor];

/** Every request that a broker answers; anything else is REQUEST_CODE_NOT_SUPPORTED. */
export function createRequestTable(
  processors: BrokerProcessors,
): ReadonlyMap<number, RequestTableEntry> {
  const table = new Map<number, RequestTableEntry>();
  const add = ([name, access, process]: Row, vip: boolean): void => {
    const code = RequestCode[name];
    assert(process, `no processor for ${name}`);
    assert(!table.has(code), `two processors for ${name}`);
    table.set(code, { code, access, vip, process });
  };
  for (const row of messageRows(processors)) add(row, true);
  for (const row of transactionRows(processors)) add(row, true);
  for (const row of pullRows(processors)) add(row, false);
  for (const row of clientRows(processors)) add(row, true);
  for (const row of adminRows(processors)) add(row, true);
  return table;
}

function messageRows({ send, sendBack, query }: BrokerProcessors): Row[] {
  return [
    ['SEND_MESSAGE', client(topic('topic', 'Pub')), (c, r) => send.process(c, r)],
    ['SEND_MESSAGE_V2', client(topic('b', 'Pub')), (c, r) => send.process(c, r)],
    ['SEND_BATCH_MESSAGE', client(topic('b', 'Pub')), (c, r) => send.process(c, r)],
    ['CONSUMER_SEND_MSG_BACK', client(group('group', 'Sub')), sendBack.consumerSendMsgBack],
    ['QUERY_MESSAGE', client(topic('topic', 'Sub', 'Get')), query.queryMessage],
    ['VIEW_MESSAGE_BY_ID', client(topic('topic', 'Get')), query.viewMessageById],
  ];
}

function transactionRows({ endTransaction, resumeCheck, reply }: BrokerProcessors): Row[] {
  const resume = admin(topic('topic', 'Update'));
  return [
    ['END_TRANSACTION', client(topic('topic', 'Pub')), (c, r) => endTransaction.process(c, r)],
    ['RESUME_CHECK_HALF_MESSAGE', resume, resumeCheck.resumeCheckHalfMessage],
    ['SEND_REPLY_MESSAGE', client(topic('topic', 'Pub')), (c, r) => reply.process(c, r)],
    ['SEND_REPLY_MESSAGE_V2', client(topic('b', 'Pub')), (c, r) => reply.process(c, r)],
  ];
}

/** Pulls may take long to answer: the VIP port, which is for what must not wait, has none. */
function pullRows({ pull }: BrokerProcessors): Row[] {
  const access = client(topic('topic', 'Sub'), group('consumerGroup', 'Sub'));
  return [
    ['PULL_MESSAGE', access, (c, r) => pull.process(c, r)],
    ['LITE_PULL_MESSAGE', access, (c, r) => pull.process(c, r)],
  ];
}

function clientRows(processors: BrokerProcessors): Row[] {
  const { client: clients, consumer, lock, offsets } = processors;
  const inBody = [group('body', 'Sub'), topic('body', 'Sub')];
  const readOffset = [topic('topic', 'Sub', 'Get'), group('consumerGroup', 'Sub', 'Get')];
  const commit = [topic('topic', 'Sub', 'Update'), group('consumerGroup', 'Sub', 'Update')];
  const readGroup = group('consumerGroup', 'Sub', 'Get');
  const readTopic = client(topic('topic', 'Get'));
  return [
    ['HEART_BEAT', client(...inBody), clients.heartBeat],
    ['UNREGISTER_CLIENT', client(group('consumerGroup', 'Sub')), clients.unregisterClient],
    ['CHECK_CLIENT_CONFIG', client(...inBody), clients.checkClientConfig],
    ['GET_CONSUMER_LIST_BY_GROUP', client(readGroup), consumer.getConsumerListByGroup],
    ['QUERY_CONSUMER_OFFSET', client(...readOffset), consumer.queryConsumerOffset],
    ['UPDATE_CONSUMER_OFFSET', client(...commit), consumer.updateConsumerOffset],
    ['LOCK_BATCH_MQ', client(...inBody), lock.lockBatchMQ],
    ['UNLOCK_BATCH_MQ', client(...inBody), lock.unlockBatchMQ],
    ['SEARCH_OFFSET_BY_TIMESTAMP', readTopic, offsets.searchOffsetByTimestamp],
    ['GET_MAX_OFFSET', readTopic, offsets.getMaxOffset],
    ['GET_MIN_OFFSET', readTopic, offsets.getMinOffset],
    ['GET_EARLIEST_MSG_STORETIME', readTopic, offsets.getEarliestMsgStoretime],
  ];
}

function adminRows(processors: BrokerProcessors): Row[] {
  return [
    ...adminTopicRows(processors),
    ...adminGroupRows(processors),
    ...adminBrokerRows(processors),
    ...adminConsumeRows(processors),
    ...adminStoreRows(processors),
  ];
}

function adminTopicRows({ topics, connections }: BrokerProcessors): Row[] {
  const get = topic('topic', 'Get');
  const update = admin(topic('topic', 'Create'));
  const consumersOf = connections.queryTopicsByConsumer;
  return [
    ['UPDATE_AND_CREATE_TOPIC', update, topics.updateAndCreateTopic],
    ['UPDATE_AND_CREATE_TOPIC_LIST', admin(), topics.updateAndCreateTopicList],
    ['UPDATE_AND_CREATE_STATIC_TOPIC', update, topics.updateAndCreateStaticTopic],
    ['DELETE_TOPIC_IN_BROKER', admin(topic('topic', 'Delete')), topics.deleteTopicInBroker],
    ['GET_ALL_TOPIC_CONFIG', admin(), topics.getAllTopicConfig],
    ['GET_TOPIC_CONFIG', admin(get), topics.getTopicConfig],
    ['GET_TOPIC_STATS_INFO', admin(get), topics.getTopicStatsInfo],
    ['QUERY_TOPIC_CONSUME_BY_WHO', admin(get), topics.queryTopicConsumeByWho],
    ['GET_SYSTEM_TOPIC_LIST_FROM_BROKER', admin(), topics.getSystemTopicListFromBroker],
    ['QUERY_TOPICS_BY_CONSUMER', admin(group('group', 'Get')), consumersOf],
  ];
}

function adminGroupRows({ groups, offsets, connections }: BrokerProcessors): Row[] {
  const stats = admin(group('consumerGroup', 'Get'), topic('topic', 'Get'));
  const forbid = admin(group('group', 'Update'), topic('topic', 'Update'));
  const remove = admin(group('groupName', 'Delete'));
  const subscription = admin(group('group', 'Get'), topic('topic', 'Get'));
  const update = groups.updateAndCreateSubscriptionGroup;
  const updateList = groups.updateAndCreateSubscriptionGroupList;
  const consumers = connections.getConsumerConnectionList;
  return [
    ['UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', admin(), update],
    ['UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST', admin(), updateList],
    ['DELETE_SUBSCRIPTIONGROUP', remove, groups.deleteSubscriptionGroup],
    ['GET_ALL_SUBSCRIPTIONGROUP_CONFIG', admin(), groups.getAllSubscriptionGroup],
    [
      'GET_SUBSCRIPTIONGROUP_CONFIG',
      admin(group('group', 'Get')),
      groups.getSubscriptionGroupConfig,
    ],
    ['UPDATE_AND_GET_GROUP_FORBIDDEN', forbid, groups.updateAndGetGroupForbidden],
    ['GET_CONSUME_STATS', stats, offsets.getConsumeStats],
    ['GET_CONSUMER_CONNECTION_LIST', admin(group('consumerGroup', 'Get')), consumers],
    ['QUERY_SUBSCRIPTION_BY_CONSUMER', subscription, connections.querySubscriptionByConsumer],
  ];
}

function adminBrokerRows({ broker, offsets, connections }: BrokerProcessors): Row[] {
  const producers = connections.getProducerConnectionList;
  return [
    ['UPDATE_BROKER_CONFIG', admin(cluster('Update')), broker.updateBrokerConfig],
    ['GET_BROKER_CONFIG', admin(cluster('Get')), broker.getBrokerConfig],
    ['GET_BROKER_RUNTIME_INFO', admin(cluster('Get')), broker.getBrokerRuntimeInfo],
    ['GET_ALL_CONSUMER_OFFSET', admin(), offsets.getAllConsumerOffset],
    ['GET_ALL_DELAY_OFFSET', admin(), offsets.getAllDelayOffset],
    ['GET_PRODUCER_CONNECTION_LIST', admin(cluster('Get')), producers],
    ['GET_ALL_PRODUCER_INFO', admin(cluster('Get')), connections.getAllProducerInfo],
  ];
}

/** Offsets that an admin sets or looks at, and what consumers tell of themselves. */
function adminConsumeRows({ offsets, reset, stats, clientCalls }: BrokerProcessors): Row[] {
  const resetIt = admin(group('group', 'Update'), topic('topic', 'Update'));
  const get = admin(group('group', 'Get'), topic('topic', 'Get'));
  const cloneIt = admin(group('destGroup', 'Update'), topic('topic', 'Update'));
  const compare = admin(group('compareGroup', 'Get'), topic('topic', 'Get'));
  const consume = admin(group('consumerGroup', 'Sub'), topic('topic', 'Sub'));
  const info = admin(group('consumerGroup', 'Get'));
  return [
    ['INVOKE_BROKER_TO_RESET_OFFSET', resetIt, reset.resetOffset],
    ['INVOKE_BROKER_TO_GET_CONSUMER_STATUS', get, clientCalls.getConsumerStatus],
    ['QUERY_CONSUME_TIME_SPAN', get, stats.queryConsumeTimeSpan],
    ['GET_CONSUMER_RUNNING_INFO', info, clientCalls.getConsumerRunningInfo],
    ['CONSUME_MESSAGE_DIRECTLY', consume, clientCalls.consumeMessageDirectly],
    ['QUERY_CORRECTION_OFFSET', compare, offsets.queryCorrectionOffset],
    ['CLONE_GROUP_OFFSET', cloneIt, reset.cloneGroupOffset],
    ['GET_BROKER_CONSUME_STATS', admin(cluster('Get')), stats.getBrokerConsumeStats],
    ['VIEW_BROKER_STATS_DATA', admin(cluster('Get')), stats.viewBrokerStatsData],
  ];
}

function adminStoreRows({ store, assignment }: BrokerProcessors): Row[] {
  const look = admin(topic('topic', 'Get'), group('consumerGroup', 'Get'));
  const assigned = client(topic('body', 'Sub'), group('body', 'Sub'));
  return [
    ['CLEAN_EXPIRED_CONSUMEQUEUE', admin(), store.cleanExpiredConsumeQueue],
    ['CLEAN_UNUSED_TOPIC', admin(), store.cleanUnusedTopic],
    ['DELETE_EXPIRED_COMMITLOG', admin(), store.deleteExpiredCommitLog],
    ['QUERY_CONSUME_QUEUE', look, store.queryConsumeQueue],
    ['GET_BROKER_HA_STATUS', admin(), store.getBrokerHaStatus],
    ['RESET_MASTER_FLUSH_OFFSET', admin(cluster('Update')), store.resetMasterFlushOffset],
    ['QUERY_ASSIGNMENT', assigned, assignment.queryAssignment],
    ['SET_MESSAGE_REQUEST_MODE', admin(), assignment.setMessageRequestMode],
    ['GET_ALL_MESSAGE_REQUEST_MODE', admin(), assignment.getAllMessageRequestMode],
  ];
}
