import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** What one check works with: a topic, a group and a producer of its own, all released at its end. */
final class Fixture implements AutoCloseable {
    private static final long PATIENCE_MS = 40_000;

    final String topic;
    final String group;
    final String namesrvAddr;
    private final List<Runnable> closers = Collections.synchronizedList(new ArrayList<>());
    private DefaultMQProducer producer;

    Fixture(String check, String namesrvAddr) {
        String id = check + "_" + UUID.randomUUID().toString().substring(0, 8);
        this.topic = "t_" + id;
        this.group = "g_" + id;
        this.namesrvAddr = namesrvAddr;
    }

    DefaultMQProducer producer() throws Exception {
        if (producer == null) {
            producer = new DefaultMQProducer("p_" + group);
            producer.setNamesrvAddr(namesrvAddr);
            producer.setInstanceName(UUID.randomUUID().toString());
            producer.setSendMsgTimeout(10_000);
            producer.setPollNameServerInterval(1000);
            producer.start();
            closers.add(producer::shutdown);
        }
        return producer;
    }

    /** Creates this check's topic on every broker; the method's parameters differ by client version. */
    Fixture createTopic(int queues) throws Exception {
        for (Method method : DefaultMQProducer.class.getMethods()) {
            if (!method.getName().equals("createTopic")) continue;
            Class<?>[] types = method.getParameterTypes();
            if (types.length == 3) method.invoke(producer(), "TBW102", topic, queues);
            else if (types.length == 4 && types[3] == java.util.Map.class)
                method.invoke(producer(), "TBW102", topic, queues, new HashMap<>());
            else continue;
            return this;
        }
        throw new IllegalStateException("no createTopic in this client");
    }

    DefaultMQPushConsumer consumer() throws Exception {
        return consumer("*");
    }

    /** A push consumer that is not started yet and reads from the first offset. */
    DefaultMQPushConsumer consumer(String expression) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(namesrvAddr);
        consumer.setInstanceName(UUID.randomUUID().toString());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setPollNameServerInterval(1000);
        consumer.setConsumeThreadMin(4);
        consumer.setConsumeThreadMax(4);
        consumer.subscribe(topic, expression);
        closers.add(consumer::shutdown);
        return consumer;
    }

    /** Starts a consumer that acknowledges and keeps everything it is given. */
    ConcurrentLinkedQueue<MessageExt> collect(DefaultMQPushConsumer consumer) throws Exception {
        ConcurrentLinkedQueue<MessageExt> received = new ConcurrentLinkedQueue<>();
        consumer.registerMessageListener(
                (MessageListenerConcurrently)
                        (messages, context) -> {
                            received.addAll(messages);
                            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
                        });
        consumer.start();
        return received;
    }

    void onClose(Runnable closer) {
        closers.add(closer);
    }

    Message message(String body) {
        return new Message(topic, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends `count` messages with bodies `prefix0`, `prefix1`, ... one after the other. */
    List<SendResult> send(String prefix, int count) throws Exception {
        List<SendResult> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SendResult result = producer().send(message(prefix + i));
            equal(SendStatus.SEND_OK, result.getSendStatus(), "status");
            results.add(result);
        }
        return results;
    }

    static List<String> bodies(String prefix, int count) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) all.add(prefix + i);
        Collections.sort(all);
        return all;
    }

    static List<String> sortedBodies(Iterable<MessageExt> messages) {
        List<String> all = new ArrayList<>();
        for (MessageExt each : messages) all.add(text(each));
        Collections.sort(all);
        return all;
    }

    static String text(Message message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE_MS * 1_000_000;
        while (!condition.call()) {
            if (System.nanoTime() > end) throw new IllegalStateException("never happened: " + what);
            Thread.sleep(10);
        }
    }

    static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new IllegalStateException(what + ": expected " + expected + ", got " + actual);
        }
    }

    static void check(boolean condition, String what) {
        if (!condition) throw new IllegalStateException(what);
    }

    @Override
    public void close() {
        for (int i = closers.size() - 1; i >= 0; i--) closers.get(i).run();
    }
}
