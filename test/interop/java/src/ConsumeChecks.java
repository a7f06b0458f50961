import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Every way to consume. */
final class ConsumeChecks {
    private ConsumeChecks() {}

    /** The slow ones first: retries and delays wait. */
    static List<Interop.Check> all() {
        return List.of(
                new Interop.Check("consume_retry", ConsumeChecks::retry),
                new Interop.Check("consume_dlq", ConsumeChecks::dlq),
                new Interop.Check("consume_orderly_retry", ConsumeChecks::orderlyRetry),
                new Interop.Check("consume_delay", ConsumeChecks::delay),
                new Interop.Check("consume_rebalance", ConsumeChecks::rebalance),
                new Interop.Check("consume_resume", ConsumeChecks::resume),
                new Interop.Check("consume_clustering", ConsumeChecks::clustering),
                new Interop.Check("consume_broadcasting", ConsumeChecks::broadcasting),
                new Interop.Check("consume_orderly", ConsumeChecks::orderly),
                new Interop.Check("consume_tags", ConsumeChecks::tags),
                new Interop.Check("consume_last_offset", ConsumeChecks::lastOffset),
                new Interop.Check("consume_long_poll", ConsumeChecks::longPoll),
                new Interop.Check("pull", ConsumeChecks::pull),
                new Interop.Check("lite_pull", ConsumeChecks::litePull));
    }

    private static void retry(Fixture f) throws Exception {
        f.createTopic(1);
        List<MessageExt> seen = new CopyOnWriteArrayList<>();
        DefaultMQPushConsumer consumer = f.consumer();
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            seen.addAll(messages);
            context.setDelayLevelWhenNextConsume(1);
            return seen.size() < 3 ? ConsumeConcurrentlyStatus.RECONSUME_LATER : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        String id = f.send("again", 1).get(0).getMsgId();
        Fixture.await("three deliveries", () -> seen.size() >= 3);
        for (int i = 0; i < 3; i++) {
            Fixture.equal(i, seen.get(i).getReconsumeTimes(), "reconsume times");
            Fixture.equal(id, seen.get(i).getMsgId(), "unique id");
            Fixture.equal(f.topic, seen.get(i).getTopic(), "topic");
            Fixture.equal("again0", Fixture.text(seen.get(i)), "body");
        }
    }

    private static void dlq(Fixture f) throws Exception {
        f.createTopic(1);
        AtomicInteger deliveries = new AtomicInteger();
        DefaultMQPushConsumer consumer = f.consumer();
        consumer.setMaxReconsumeTimes(1);
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            deliveries.incrementAndGet();
            context.setDelayLevelWhenNextConsume(1);
            return ConsumeConcurrentlyStatus.RECONSUME_LATER;
        });
        consumer.start();
        String id = f.send("poison", 1).get(0).getMsgId();
        String dlqTopic = "%DLQ%" + f.group;
        DefaultMQPullConsumer reader = puller(f);
        List<MessageExt> dead = new ArrayList<>();
        Fixture.await("the dead letter", () -> {
            try {
                for (MessageQueue queue : reader.fetchSubscribeMessageQueues(dlqTopic)) {
                    List<MessageExt> found = reader.pull(queue, "*", 0, 32, 3000).getMsgFoundList();
                    if (found != null) dead.addAll(found);
                }
            } catch (org.apache.rocketmq.client.exception.MQClientException noRouteYet) {
                return false;
            }
            return !dead.isEmpty();
        });
        Fixture.equal(2, deliveries.get(), "deliveries");
        Fixture.equal("poison0", Fixture.text(dead.get(0)), "body");
        Fixture.equal(id, dead.get(0).getMsgId(), "unique id");
    }

    private static void delay(Fixture f) throws Exception {
        f.createTopic(1);
        var received = f.collect(f.consumer());
        for (int level : new int[] {1, 2}) {
            Message message = f.message("level" + level);
            message.setDelayTimeLevel(level);
            f.producer().send(message);
        }
        Fixture.await("both levels", () -> received.size() >= 2);
        for (MessageExt each : received) {
            long waited = each.getStoreTimestamp() - each.getBornTimestamp();
            long asked = Fixture.text(each).equals("level1") ? 1000 : 5000;
            Fixture.check(waited >= asked - 50, "delivered after " + waited + " ms of " + asked);
            Fixture.equal(f.topic, each.getTopic(), "topic");
        }
    }

    private static void orderly(Fixture f) throws Exception {
        f.createTopic(4);
        Map<Integer, List<Integer>> byKey = new ConcurrentHashMap<>();
        AtomicInteger count = new AtomicInteger();
        DefaultMQPushConsumer consumer = f.consumer();
        consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
            for (MessageExt each : messages) {
                String[] parts = Fixture.text(each).split(":");
                byKey.computeIfAbsent(Integer.parseInt(parts[0]), k -> new CopyOnWriteArrayList<>())
                        .add(Integer.parseInt(parts[1]));
                count.incrementAndGet();
            }
            return ConsumeOrderlyStatus.SUCCESS;
        });
        consumer.start();
        for (int i = 0; i < 30; i++) {
            for (int key = 0; key < 8; key++) {
                f.producer().send(f.message(key + ":" + i),
                        (queues, message, arg) -> queues.get((Integer) arg % queues.size()), key);
            }
        }
        Fixture.await("240 messages", () -> count.get() >= 240);
        byKey.forEach((key, numbers) -> {
            for (int i = 0; i < 30; i++) Fixture.equal(i, numbers.get(i), "place " + i + " of key " + key);
        });
    }

    private static void orderlyRetry(Fixture f) throws Exception {
        f.createTopic(1);
        List<String> seen = new CopyOnWriteArrayList<>();
        DefaultMQPushConsumer consumer = f.consumer();
        consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
            MessageExt message = messages.get(0);
            seen.add(Fixture.text(message));
            boolean second = Fixture.text(message).equals("o1") && seen.size() < 4;
            context.setSuspendCurrentQueueTimeMillis(100);
            return second ? ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT : ConsumeOrderlyStatus.SUCCESS;
        });
        consumer.start();
        f.send("o", 3);
        Fixture.await("all in order", () -> seen.size() >= 5);
        Fixture.equal(List.of("o0", "o1", "o1", "o1", "o2"), List.copyOf(seen), "deliveries");
    }

    private static void tags(Fixture f) throws Exception {
        f.createTopic(2);
        var received = f.collect(f.consumer("A || C"));
        for (int i = 0; i < 30; i++) {
            Message message = f.message("t" + i);
            if (i % 5 < 4) message.setTags("" + "ABCD".charAt(i % 5));
            f.producer().send(message);
        }
        Fixture.await("12 messages", () -> received.size() >= 12);
        Thread.sleep(300);
        Fixture.equal(12, received.size(), "messages");
        for (MessageExt each : received) Fixture.check("A C".contains(each.getTags()), "tag " + each.getTags());
    }

    private static void broadcasting(Fixture f) throws Exception {
        f.createTopic(4);
        List<ConcurrentLinkedQueue<MessageExt>> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            DefaultMQPushConsumer consumer = f.consumer();
            broadcast(consumer);
            all.add(f.collect(consumer));
        }
        f.send("b", 20);
        for (var received : all) {
            Fixture.await("20 messages", () -> received.size() >= 20);
            Fixture.equal(Fixture.bodies("b", 20), Fixture.sortedBodies(received), "bodies");
        }
    }

    /** The enum's package differs by client version. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void broadcast(DefaultMQPushConsumer consumer) throws Exception {
        for (Method method : DefaultMQPushConsumer.class.getMethods()) {
            if (!method.getName().equals("setMessageModel")) continue;
            method.invoke(consumer, Enum.valueOf((Class) method.getParameterTypes()[0], "BROADCASTING"));
        }
    }

    private static void clustering(Fixture f) throws Exception {
        f.createTopic(4);
        var one = f.collect(f.consumer());
        var two = f.collect(f.consumer());
        // Until both have learnt of each other they may take the same queue.
        await2Consumers(f);
        f.send("c", 40);
        Fixture.await("40 messages", () -> distinct(one, two).size() >= 40);
        Fixture.check(!one.isEmpty() && !two.isEmpty(), "one of them got nothing");
    }

    private static void await2Consumers(Fixture f) throws Exception {
        DefaultMQPullConsumer reader = puller(f);
        Fixture.await("two consumers", () -> {
            MessageQueue queue = f.producer().fetchPublishMessageQueues(f.topic).get(0);
            return reader.getDefaultMQPullConsumerImpl().getRebalanceImpl().getmQClientFactory()
                    .findConsumerIdList(queue.getTopic(), f.group).size() == 2;
        });
        Thread.sleep(1500);
    }

    private static Set<String> distinct(Iterable<MessageExt> one, Iterable<MessageExt> two) {
        Set<String> all = new HashSet<>(Fixture.sortedBodies(one));
        all.addAll(Fixture.sortedBodies(two));
        return all;
    }

    /** A consumer that leaves hands its queues to the one that stays. */
    private static void rebalance(Fixture f) throws Exception {
        f.createTopic(4);
        var stays = f.collect(f.consumer());
        DefaultMQPushConsumer leaver = f.consumer();
        var leaves = f.collect(leaver);
        await2Consumers(f);
        f.send("a", 40);
        Fixture.await("40 messages", () -> distinct(stays, leaves).size() >= 40);
        leaver.shutdown();
        f.send("b", 40);
        Fixture.await("the rest at the one that stays", () ->
                Fixture.sortedBodies(stays).containsAll(Fixture.bodies("b", 40)));
    }

    /** Consumed offsets are stored at the broker, and a new consumer goes on from there. */
    private static void resume(Fixture f) throws Exception {
        f.createTopic(2);
        DefaultMQPushConsumer first = f.consumer();
        var before = f.collect(first);
        f.send("x", 20);
        Fixture.await("20 messages", () -> before.size() >= 20);
        Thread.sleep(200);
        first.shutdown();
        f.send("y", 20);
        var after = f.collect(f.consumer());
        Fixture.await("20 more", () -> after.size() >= 20);
        Fixture.equal(Fixture.bodies("y", 20), Fixture.sortedBodies(after), "bodies");
    }

    /** A broadcasting group has no stored offset and starts behind the last message. */
    private static void lastOffset(Fixture f) throws Exception {
        f.createTopic(1);
        f.send("old", 5);
        DefaultMQPushConsumer consumer = f.consumer();
        broadcast(consumer);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        var received = f.collect(consumer);
        Thread.sleep(1500);
        f.send("new", 5);
        Fixture.await("5 messages", () -> received.size() >= 5);
        Fixture.equal(Fixture.bodies("new", 5), Fixture.sortedBodies(received), "bodies");
    }

    /** A pull that waits at the broker is answered by the message's arrival. */
    private static void longPoll(Fixture f) throws Exception {
        f.createTopic(1);
        var received = f.collect(f.consumer());
        f.send("first", 1);
        Fixture.await("the first", () -> received.size() == 1);
        for (int i = 0; i < 5; i++) {
            Thread.sleep(200);
            int have = received.size();
            long start = System.nanoTime();
            f.send("next", 1);
            Fixture.await("the next", () -> received.size() == have + 1);
            long waitedMs = (System.nanoTime() - start) / 1_000_000;
            Fixture.check(waitedMs < 3000, "arrived after " + waitedMs + " ms");
        }
    }

    private static DefaultMQPullConsumer puller(Fixture f) throws Exception {
        DefaultMQPullConsumer consumer = new DefaultMQPullConsumer("pull_" + f.group);
        consumer.setNamesrvAddr(f.namesrvAddr);
        consumer.setInstanceName(java.util.UUID.randomUUID().toString());
        consumer.setPollNameServerInterval(1000);
        consumer.start();
        f.onClose(consumer::shutdown);
        return consumer;
    }

    private static void pull(Fixture f) throws Exception {
        f.createTopic(1);
        DefaultMQPullConsumer consumer = puller(f);
        MessageQueue queue = consumer.fetchSubscribeMessageQueues(f.topic).iterator().next();
        Fixture.equal(PullStatus.NO_NEW_MSG, consumer.pull(queue, "*", 0, 10, 3000).getPullStatus(), "empty queue");
        f.send("p", 25);
        List<String> bodies = new ArrayList<>();
        long[] offset = {0};
        Fixture.await("25 messages", () -> {
            PullResult result = consumer.pull(queue, "*", offset[0], 10, 3000);
            if (result.getPullStatus() == PullStatus.FOUND) {
                Fixture.check(result.getMsgFoundList().size() <= 10, "more than asked for");
                for (MessageExt each : result.getMsgFoundList()) bodies.add(Fixture.text(each));
                Fixture.equal(0L, result.getMinOffset(), "min offset");
            }
            offset[0] = result.getNextBeginOffset();
            return bodies.size() == 25;
        });
        for (int i = 0; i < 25; i++) Fixture.equal("p" + i, bodies.get(i), "place " + i);
        Fixture.equal(25L, offset[0], "next offset");
        PullResult beyond = consumer.pull(queue, "*", 100, 10, 3000);
        Fixture.equal(PullStatus.OFFSET_ILLEGAL, beyond.getPullStatus(), "beyond the end");
        Fixture.equal(25L, beyond.getNextBeginOffset(), "corrected offset");
        consumer.updateConsumeOffset(queue, 17);
        consumer.getDefaultMQPullConsumerImpl().getOffsetStore().persist(queue);
        Fixture.await("stored offset", () -> consumer.fetchConsumeOffset(queue, true) == 17L);
    }

    private static void litePull(Fixture f) throws Exception {
        f.createTopic(2);
        f.send("l", 30);
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(f.group);
        consumer.setNamesrvAddr(f.namesrvAddr);
        consumer.setInstanceName(java.util.UUID.randomUUID().toString());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setAutoCommit(false);
        consumer.subscribe(f.topic, "*");
        consumer.start();
        f.onClose(consumer::shutdown);
        List<MessageExt> received = new ArrayList<>();
        Fixture.await("30 messages", () -> {
            received.addAll(consumer.poll(500));
            return received.size() >= 30;
        });
        Fixture.equal(Fixture.bodies("l", 30), Fixture.sortedBodies(received), "bodies");
        consumer.commitSync();
        long[] committed = {0};
        Fixture.await("committed offsets", () -> {
            committed[0] = 0;
            for (MessageQueue queue : f.producer().fetchPublishMessageQueues(f.topic)) {
                committed[0] += Math.max(0, consumer.committed(queue));
            }
            return committed[0] == 30;
        });
    }
}
