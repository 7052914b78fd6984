import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.SchemaStore;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * Reads the lists of a jurisdiction, written from docs/wire.md alone: takes the keys the root has signed, or one that took its
 * place, keeps the newest record of each entry whose signature holds, holds every partition against every notary's newest
 * head, and finds whom a citizen's number and name mean. Prints one line for the register (its number, whether it is of the
 * keys read, whether it was rolled back), each head (equal or not), each entry found, and the records that count.
 *
 * <p>Arguments: bootstrap servers, topic prefix, folder of Avro files, jurisdiction, root public key, matching key, number, name.
 */
public final class MatchLists {
    private static final int PROOF = 72;
    private static final int LANES = 1024;
    private static final HexFormat HEX = HexFormat.of();

    private record Message(GenericRecord record, byte[] body, long offset) {}

    private final SchemaStore.Cache store = new SchemaStore.Cache();
    private final Map<String, GenericRecord> keys = new HashMap<>();
    private GenericRecord register;
    private final String bootstrap;
    private final String prefix;

    public static void main(String[] given) throws Exception {
        MatchLists reader = new MatchLists(given[0], given[1], new File(given[2]));
        reader.learnKeys(HEX.parseHex(given[4]));
        List<Message> heads = reader.newestHeads(given[3]);
        byte[] surrogate = surrogate(HEX.parseHex(given[5]), 1, "", given[6]);
        byte[] tag = mac(HEX.parseHex(given[5]), concat(surrogate, given[7].getBytes(StandardCharsets.UTF_8)));
        for (String list : List.of("court.debtor-list.", "court.orders.")) {
            reader.readList(list + given[3] + ".v1", heads, surrogate, tag);
        }
    }

    private MatchLists(String bootstrap, String prefix, File folder) throws IOException {
        this.bootstrap = bootstrap;
        this.prefix = prefix;
        for (File named : folder.listFiles(File::isDirectory)) {
            for (File version : named.listFiles((at, name) -> name.endsWith(".avsc"))) {
                store.addSchema(new Schema.Parser().parse(version));
            }
        }
    }

    /** Follows changes of the root; one may stand behind what the new root signed, so that all is read again from the beginning. */
    private void learnKeys(byte[] pinned) throws Exception {
        byte[] root = pinned;
        List<Message> all = read("participants.keys.v1").get(0);
        GenericRecord last = null;
        for (int at = 0; at < all.size(); at++) {
            Message each = all.get(at);
            if (isOf(each, "RootChange") && Arrays.equals(bytes(each.record().get("former_key")), root)) {
                byte[] next = bytes(each.record().get("public_key"));
                byte[] inner = Arrays.copyOfRange(each.body(), PROOF, each.body().length);
                if (holds(root, "root-change", each.body()) && holds(next, "root-change", inner)) {
                    root = next;
                    at = -1;
                }
            } else if (isOf(each, "ParticipantKey") && holds(root, "participant-key", each.body())) {
                keys.merge(hex(each.record().get("key_id")), each.record(), MatchLists::earlier);
            } else if (isOf(each, "KeyRegister") && holds(root, "key-register", each.body())) {
                last = each.record();
                register = register == null || number(last) > number(register) ? last : register;
            }
        }
        boolean equal = hex(register.get("hash")).equals(HEX.formatHex(registerHash()));
        boolean rolledBack = number(last) < number(register);
        System.out.println("register " + number(register) + " " + (equal && (Long) register.get("keys") == keys.size()) + " " + rolledBack);
    }

    private static boolean isOf(Message each, String name) {
        return each.record().getSchema().getName().equals(name);
    }

    private static long number(GenericRecord word) {
        return (Long) word.get("number");
    }

    private byte[] registerHash() throws Exception {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (GenericRecord key : new TreeMap<>(keys).values()) {
            content.writeBytes(bytes(key.get("key_id")));
            for (String name : List.of("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite")) {
                writeSized(content, key.get(name).toString().getBytes(StandardCharsets.UTF_8));
            }
            writeSized(content, bytes(key.get("public_key")));
            for (String name : List.of("valid_from", "valid_until", "revoked_at")) {
                content.writeBytes(ByteBuffer.allocate(8).putLong((Long) key.get(name)).array());
            }
        }
        return sha256(content.toByteArray(), 0);
    }

    private static void writeSized(ByteArrayOutputStream content, byte[] part) {
        content.write(part.length >> 8);
        content.write(part.length);
        content.writeBytes(part);
    }

    private static GenericRecord earlier(GenericRecord known, GenericRecord now) {
        for (String end : List.of("valid_until", "revoked_at")) {
            long one = (Long) known.get(end);
            long other = (Long) now.get(end);
            now.put(end, one == 0 ? other : other == 0 ? one : Math.min(one, other));
        }
        return now;
    }

    private List<Message> newestHeads(String jurisdiction) throws Exception {
        Map<String, Message> newest = new TreeMap<>();
        for (List<Message> partition : read("list.heads." + jurisdiction + ".v1").values()) {
            for (Message each : partition) {
                if (signed(each, "list-head", "notary", "issued_at")) {
                    newest.merge(each.record().get("notary").toString(), each, (one, other) ->
                        (Long) one.record().get("number") > (Long) other.record().get("number") ? one : other);
                }
            }
        }
        return List.copyOf(newest.values());
    }

    private void readList(String topic, List<Message> heads, byte[] surrogate, byte[] tag) throws Exception {
        Map<Integer, List<Message>> partitions = read(topic);
        for (Map.Entry<Integer, List<Message>> at : partitions.entrySet()) {
            for (Message head : heads) {
                for (GenericRecord lane : lanes(head)) {
                    if (lane.get("topic").toString().equals(topic) && (Integer) lane.get("partition") == at.getKey()) {
                        Map<String, Message> before = newest(topic, at.getValue(), (Long) lane.get("offset"));
                        boolean vouched = (Long) head.record().get("issued_at") < (Long) register.get("valid_until");
                        boolean equal = vouched && hex(lane.get("digest")).equals(HEX.formatHex(digest(before)));
                        System.out.println("head " + head.record().get("notary") + " " + topic + " " + at.getKey() + " " + equal);
                    }
                }
            }
            Map<String, Message> all = newest(topic, at.getValue(), Long.MAX_VALUE);
            System.out.println("records " + topic + " " + at.getKey() + " " + all.size());
            for (Message entry : all.values()) {
                match(topic, entry, surrogate, tag);
            }
        }
    }

    private void match(String topic, Message entry, byte[] surrogate, byte[] tag) {
        int status = (Integer) entry.record().get("status");
        for (Object each : (List<?>) entry.record().get("identities")) {
            GenericRecord identity = (GenericRecord) each;
            if (status == 1 && hex(identity.get("surrogate")).equals(HEX.formatHex(surrogate))) {
                boolean named = hex(identity.get("name_tag")).equals(HEX.formatHex(tag));
                System.out.println("found " + topic + " " + hex(entry.record().get("entry_id")) + " " + named);
            }
        }
    }

    private Map<String, Message> newest(String topic, List<Message> messages, long before) throws Exception {
        Map<String, Message> entries = new TreeMap<>();
        for (Message each : messages) {
            if (each.offset() >= before || !each.record().getSchema().getName().equals("ListRecord")) {
                continue;
            }
            String entry = hex(each.record().get("entry_id"));
            Message known = entries.get(entry);
            long version = (Long) each.record().get("version");
            if ((known == null || version > (Long) known.record().get("version"))
                && signed(each, topic, "court", "recorded_at")) {
                entries.put(entry, each);
            }
        }
        return entries;
    }

    private static byte[] digest(Map<String, Message> entries) throws Exception {
        int[] sum = new int[LANES];
        for (Message each : entries.values()) {
            ByteBuffer leaf = ByteBuffer.allocate(60);
            leaf.put(bytes(each.record().get("entry_id"))).putLong((Long) each.record().get("version"));
            leaf.putInt((Integer) each.record().get("status")).put(sha256(each.body(), PROOF));
            byte[] wide = blake3(leaf.array(), 2 * LANES);
            for (int lane = 0; lane < LANES; lane++) {
                sum[lane] += (wide[2 * lane] & 0xff) | (wide[2 * lane + 1] & 0xff) << 8;
            }
        }
        byte[] state = new byte[2 * LANES];
        for (int lane = 0; lane < LANES; lane++) {
            state[2 * lane] = (byte) sum[lane];
            state[2 * lane + 1] = (byte) (sum[lane] >> 8);
        }
        return blake3(state, 32);
    }

    private boolean signed(Message each, String context, String signer, String when) throws Exception {
        GenericRecord key = keys.get(HEX.formatHex(each.body(), 0, 8));
        if (key == null || !key.get("use").toString().equals("sign")) {
            return false;
        }
        long at = (Long) each.record().get(when);
        long until = (Long) key.get("valid_until");
        long revoked = (Long) key.get("revoked_at");
        boolean valid = (Long) key.get("valid_from") <= at && (until == 0 || at < until) && (revoked == 0 || at < revoked);
        boolean own = key.get("participant").toString().equals(each.record().get(signer).toString());
        return valid && own && holds(bytes(key.get("public_key")), context, each.body());
    }

    private static boolean holds(byte[] publicKey, String context, byte[] body) throws Exception {
        byte[] statement = concat(context.getBytes(StandardCharsets.UTF_8), concat(new byte[1], sha256(body, PROOF)));
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(false, new Ed25519PublicKeyParameters(publicKey, 0));
        signer.update(statement, 0, statement.length);
        boolean byThisKey = Arrays.equals(body, 0, 8, sha256(publicKey, 0), 0, 8);
        return byThisKey && signer.verifySignature(Arrays.copyOfRange(body, 8, PROOF));
    }

    private static byte[] surrogate(byte[] key, int type, String country, String number) throws GeneralSecurityException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (String part : List.of(Integer.toString(type), country, number)) {
            writeSized(message, part.getBytes(StandardCharsets.UTF_8));
        }
        return mac(key, message.toByteArray());
    }

    private static byte[] mac(byte[] key, byte[] message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return Arrays.copyOf(mac.doFinal(message), 16);
    }

    /** Every value of a topic by partition, in its order. */
    private Map<Integer, List<Message>> read(String topic) throws IOException {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        Map<Integer, List<Message>> read = new TreeMap<>();
        var raw = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, raw, raw)) {
            List<TopicPartition> partitions = new ArrayList<>();
            if (consumer.partitionsFor(prefix + topic).isEmpty()) {
                throw new IOException(prefix + topic + " is not there");
            }
            consumer.partitionsFor(prefix + topic).forEach(info -> partitions.add(new TopicPartition(prefix + topic, info.partition())));
            Map<TopicPartition, Long> left = new HashMap<>(consumer.endOffsets(partitions));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            partitions.forEach(at -> read.put(at.partition(), new ArrayList<>()));
            while (left.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofSeconds(1))) {
                    if (each.value() != null) {
                        read.get(each.partition()).add(decoded(each));
                    }
                }
            }
        }
        return read;
    }

    private Message decoded(ConsumerRecord<byte[], byte[]> each) throws IOException {
        ByteBuffer fingerprint = ByteBuffer.wrap(each.value(), 2, 8).order(ByteOrder.LITTLE_ENDIAN);
        Schema writer = store.findByFingerprint(fingerprint.getLong());
        if (writer == null) {
            throw new IOException(each.topic() + " " + each.offset() + ": a schema nobody knows");
        }
        GenericRecord record =
            new BinaryMessageDecoder<GenericRecord>(GenericData.get(), writer, store).decode(ByteBuffer.wrap(each.value()));
        return new Message(record, Arrays.copyOfRange(each.value(), 10, each.value().length), each.offset());
    }

    private static List<GenericRecord> lanes(Message head) {
        List<GenericRecord> found = new ArrayList<>();
        ((List<?>) head.record().get("lanes")).forEach(lane -> found.add((GenericRecord) lane));
        return found;
    }

    private static byte[] blake3(byte[] message, int length) {
        Blake3Digest digest = new Blake3Digest();
        digest.update(message, 0, message.length);
        byte[] wide = new byte[length];
        digest.doFinal(wide, 0, length);
        return wide;
    }

    private static byte[] sha256(byte[] message, int from) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(message, from, message.length - from);
        return digest.digest();
    }

    private static byte[] bytes(Object value) {
        return value instanceof ByteBuffer buffer ? buffer.duplicate().array() : ((GenericData.Fixed) value).bytes();
    }

    private static String hex(Object value) {
        return HEX.formatHex(bytes(value));
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
