import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.SchemaStore;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads every record of the topics whose names begin with a prefix, by Apache Avro's own single-object decoder. It knows
 * the schema files and which schema the header ce_type names, nothing else of us. For each topic it prints how many values
 * were decoded and, encoded again, were the same bytes; a value that is not ends it with a trace.
 */
public final class ReadTopics {
    /** What stands before a schema's name in the header ce_type. */
    private static final String OURS = "cn.liandong.";

    private final SchemaStore.Cache store = new SchemaStore.Cache();
    private final Map<String, Schema> schemas = new HashMap<>();

    public static void main(String[] arguments) throws IOException {
        ReadTopics reader = new ReadTopics(new File(arguments[2]));
        reader.readAll(arguments[0], arguments[1]).forEach((topic, read) -> System.out.println(topic + " " + read));
    }

    private ReadTopics(File folder) throws IOException {
        for (File named : folder.listFiles(File::isDirectory)) {
            for (File version : named.listFiles((at, name) -> name.endsWith(".avsc"))) {
                Schema schema = new Schema.Parser().parse(version);
                store.addSchema(schema);
                schemas.put(named.getName() + ".v" + version.getName().replace(".avsc", ""), schema);
            }
        }
    }

    private Map<String, Integer> readAll(String bootstrap, String prefix) throws IOException {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        Map<String, Integer> read = new TreeMap<>();
        var bytes = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
            Map<TopicPartition, Long> left = consumer.endOffsets(partitions(consumer, prefix));
            consumer.assign(left.keySet());
            consumer.seekToBeginning(left.keySet());
            left.keySet().removeIf(at -> left.get(at) == consumer.position(at));
            while (!left.isEmpty()) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofSeconds(1))) {
                    if (each.value() != null) {
                        check(each);
                        read.merge(each.topic().substring(prefix.length()), 1, Integer::sum);
                    }
                }
                left.keySet().removeIf(at -> consumer.position(at) >= left.get(at));
            }
        }
        return read;
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String prefix) {
        List<TopicPartition> found = new ArrayList<>();
        consumer.listTopics().forEach((topic, infos) -> {
            if (topic.startsWith(prefix)) {
                infos.forEach(info -> found.add(new TopicPartition(topic, info.partition())));
            }
        });
        return found;
    }

    private void check(ConsumerRecord<byte[], byte[]> each) throws IOException {
        String type = new String(each.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8);
        Schema schema = schemas.get(type.substring(OURS.length()));
        GenericRecord record =
            new BinaryMessageDecoder<GenericRecord>(GenericData.get(), schema, store).decode(ByteBuffer.wrap(each.value()));
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(record, again);
        if (!Arrays.equals(again.toByteArray(), each.value())) {
            throw new IOException(each.topic() + " " + each.offset() + ": encoded again, the value is another");
        }
    }
}
