import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
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
import org.apache.kafka.common.utils.Utils;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * Reads the lists of a jurisdiction, written from docs/wire.md alone: takes the keys the root has signed, or one that took its
 * place, keeps of each entry what the table of rules leaves standing, holds every partition against every notary's newest
 * head, and finds whom a citizen's number and name mean. Prints one line for the register (its number, whether it is of the
 * keys read, whether it was rolled back), each head (equal or not), each entry found, and the records that count.
 *
 * <p>Arguments: bootstrap servers, topic prefix, folder of Avro files, jurisdiction, root public key, matching key, number, name.
 */
public final class MatchLists {
    private static final int PROOF = 72;
    private static final int LANES = 1024;
    private static final HexFormat HEX = HexFormat.of();

    /** A message; without a record if nobody here can read it. */
    private record Message(GenericRecord record, byte[] body, byte[] key, byte[] value, long offset) {
        boolean is(String name) {
            return record != null && record.getSchema().getName().equals(name);
        }
    }

    /** What stands under a key, and whether it is its court's. */
    private record Standing(Message message, boolean sound) {}

    /** A partition of a list, as its messages are judged. */
    private record Place(String topic, int partition, int partitions, String jurisdiction, Set<String> revoked) {}

    private final SchemaStore.Cache store = new SchemaStore.Cache();
    private final Map<String, GenericRecord> keys = new HashMap<>();
    private GenericRecord register;
    private final Map<String, Long> revokedAt = new HashMap<>();
    private final List<byte[]> roots = new ArrayList<>();
    private final JsonNode rules;
    private final String bootstrap;
    private final String prefix;

    public static void main(String[] given) throws Exception {
        MatchLists reader = new MatchLists(given[0], given[1], new File(given[2]));
        reader.learnKeys(HEX.parseHex(given[4]));
        List<Message> heads = reader.newestHeads(given[3]);
        byte[] surrogate = surrogate(HEX.parseHex(given[5]), 1, "", given[6]);
        byte[] tag = mac(HEX.parseHex(given[5]), concat(surrogate, given[7].getBytes(StandardCharsets.UTF_8)));
        for (String list : List.of("court.debtor-list.", "court.orders.")) {
            reader.readList(list + given[3] + ".v1", given[3], heads, surrogate, tag);
        }
    }

    private MatchLists(String bootstrap, String prefix, File folder) throws IOException {
        this.bootstrap = bootstrap;
        this.prefix = prefix;
        this.rules = new ObjectMapper().readTree(new File(folder.getParentFile(), "rules.json"));
        for (File named : folder.listFiles(File::isDirectory)) {
            for (File version : named.listFiles((at, name) -> name.endsWith(".avsc"))) {
                store.addSchema(new Schema.Parser().parse(version));
            }
        }
    }

    /** Follows changes of the root; one may stand behind what the new root signed, so that all is read again from the beginning. */
    private void learnKeys(byte[] pinned) throws Exception {
        byte[] root = pinned;
        roots.add(root);
        List<Message> all = read("participants.keys.v1").get(0);
        GenericRecord last = null;
        for (int at = 0; at < all.size(); at++) {
            Message each = all.get(at);
            if (each.is("RootChange") && Arrays.equals(bytes(each.record().get("former_key")), root)) {
                byte[] next = bytes(each.record().get("public_key"));
                byte[] inner = Arrays.copyOfRange(each.body(), PROOF, each.body().length);
                if (holds(root, "root-change", each.body()) && holds(next, "root-change", inner)) {
                    root = next;
                    roots.add(root);
                    at = -1;
                }
            } else if (each.is("ParticipantKey") && holds(root, "participant-key", each.body())) {
                String key = hex(each.record().get("key_id"));
                if (keys.containsKey(key) && moves(keys.get(key), each.record())) {
                    continue;
                }
                if ((Long) each.record().get("revoked_at") != 0) {
                    revokedAt.merge(key, each.offset(), Math::min);
                }
                keys.merge(key, each.record(), MatchLists::earlier);
            } else if (each.is("KeyRegister") && holds(root, "key-register", each.body())) {
                last = each.record();
                register = register == null || number(last) > number(register) ? last : register;
            }
        }
        if (register == null) {
            System.out.println("register none");
            return;
        }
        boolean equal = hex(register.get("hash")).equals(HEX.formatHex(registerHash()));
        boolean rolledBack = number(last) < number(register);
        System.out.println("register " + number(register) + " " + (equal && (Long) register.get("keys") == keys.size()) + " " + rolledBack);
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

    /** Whether a record says of a key whose owner decides what a copy is that it acts elsewhere, or under another superior. */
    private boolean moves(GenericRecord known, GenericRecord now) {
        boolean same = List.of("jurisdiction", "superior").stream().allMatch(name -> known.get(name).toString().equals(now.get(name).toString()));
        return !same && founded(known) && known.get("use").toString().equals("sign");
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
                if (each.is("ListHead") && signed(each, "list-head", "list-head", jurisdiction)) {
                    newest.merge(each.record().get("notary").toString(), each, (one, other) ->
                        (Long) one.record().get("number") > (Long) other.record().get("number") ? one : other);
                }
            }
        }
        return List.copyOf(newest.values());
    }

    private void readList(String topic, String jurisdiction, List<Message> heads, byte[] surrogate, byte[] tag) throws Exception {
        Map<Integer, List<Message>> partitions = read(topic);
        for (Map.Entry<Integer, List<Message>> at : partitions.entrySet()) {
            for (Message head : heads) {
                for (GenericRecord lane : lanes(head)) {
                    if (lane.get("topic").toString().equals(topic) && (Integer) lane.get("partition") == at.getKey()) {
                        Place place = new Place(topic, at.getKey(), partitions.size(), jurisdiction, new HashSet<>());
                        Map<String, Standing> before = standing(place, at.getValue(), (Long) lane.get("offset"));
                        boolean vouched = register == null || (Long) head.record().get("issued_at") < (Long) register.get("valid_until");
                        boolean equal = vouched && hex(lane.get("digest")).equals(HEX.formatHex(digest(before)));
                        System.out.println("head " + head.record().get("notary") + " " + topic + " " + at.getKey() + " " + equal);
                    }
                }
            }
            Place place = new Place(topic, at.getKey(), partitions.size(), jurisdiction, new HashSet<>());
            Map<String, Standing> all = standing(place, at.getValue(), Long.MAX_VALUE);
            System.out.println("records " + topic + " " + at.getKey() + " " + all.size());
            for (Standing entry : all.values()) {
                if (entry.sound() && entry.message().is("ListRecord")) {
                    match(topic, entry.message(), surrogate, tag);
                }
            }
        }
    }

    private void match(String topic, Message entry, byte[] surrogate, byte[] tag) {
        int status = (Integer) entry.record().get("status");
        for (Object each : (List<?>) entry.record().get("identities")) {
            GenericRecord identity = (GenericRecord) each;
            boolean real = (Integer) entry.record().get("record_class") == 0;
            if (real && status == 1 && hex(identity.get("surrogate")).equals(HEX.formatHex(surrogate))) {
                boolean named = hex(identity.get("name_tag")).equals(HEX.formatHex(tag));
                System.out.println("found " + topic + " " + hex(entry.record().get("entry_id")) + " " + named);
            }
        }
    }

    /** What the table of rules leaves standing, message after message. */
    private Map<String, Standing> standing(Place place, List<Message> messages, long before) throws Exception {
        Map<String, Standing> entries = new TreeMap<>();
        for (Message each : messages) {
            if (each.offset() >= before) {
                break;
            }
            if (each.is("Barrier")) {
                cover(place, each);
            }
            if (each.is("Barrier") || each.is("CourtCheckpoint") || each.key() == null || each.key().length > 500) {
                continue;
            }
            String entry = HEX.formatHex(each.key());
            Standing now = new Standing(each, sound(place, each));
            String outcome = outcome(facts(place, entries.get(entry), now));
            if (outcome.equals("APPLIED") || outcome.equals("HEALED")) {
                entries.put(entry, now);
            }
        }
        return entries;
    }

    /** Takes note of the keys whose revocation a barrier covers. */
    private void cover(Place place, Message barrier) throws Exception {
        boolean here = barrier.record().get("topic").toString().equals(place.topic())
            && (Integer) barrier.record().get("partition") == place.partition();
        if (!here || place.revoked().contains(proof(barrier)) || !signed(barrier, "barrier", "barrier", place.jurisdiction())) {
            return;
        }
        if (barrier.record().hasField("shows_revocations") && (Boolean) barrier.record().get("shows_revocations")) {
            place.revoked().addAll(shown(barrier));
            return;
        }
        for (Map.Entry<String, Long> each : revokedAt.entrySet()) {
            long since = (Long) keys.get(each.getKey()).get("revoked_at");
            if (each.getValue() < (Long) barrier.record().get("register_offset") && since <= (Long) barrier.record().get("issued_at")) {
                place.revoked().add(each.getKey());
            }
        }
    }

    /** The keys that the root revokes by records in a barrier; none if one of them is not the root's, or dated ahead. */
    private Set<String> shown(Message barrier) throws Exception {
        Set<String> covered = new HashSet<>();
        for (Object each : (List<?>) barrier.record().get("revocations")) {
            byte[] value = bytes(each);
            GenericRecord said = decoded(value);
            if (said == null || !said.getSchema().getName().equals("ParticipantKey")) {
                return Set.of();
            }
            byte[] body = Arrays.copyOfRange(value, 10, value.length);
            String key = hex(said.get("key_id"));
            boolean now = holds(roots.get(roots.size() - 1), "participant-key", body);
            boolean before = keys.containsKey(key) && (Long) keys.get(key).get("revoked_at") != 0;
            for (byte[] root : roots) {
                now |= before && holds(root, "participant-key", body);
            }
            long since = (Long) said.get("revoked_at");
            if (!now || since == 0 || since > (Long) barrier.record().get("issued_at")) {
                return Set.of();
            }
            covered.add(key);
        }
        return covered;
    }

    /** The first row of the table whose conditions the facts fit. */
    private String outcome(Map<String, Object> facts) {
        for (JsonNode row : rules.get("copy")) {
            boolean fits = true;
            for (Map.Entry<String, JsonNode> wanted : row.get("if").properties()) {
                boolean found = false;
                for (JsonNode value : wanted.getValue()) {
                    found |= value.asText().equals(String.valueOf(facts.get(wanted.getKey())));
                }
                fits &= found;
            }
            if (fits) {
                return row.get("then").asText();
            }
        }
        throw new IllegalStateException("the table has no last row");
    }

    private Map<String, Object> facts(Place place, Standing held, Standing now) {
        Map<String, Object> facts = new HashMap<>();
        facts.put("value", now.message().value() == null ? "null" : isRecord(now.message()) ? "record" : "unreadable");
        facts.put("revoked", now.message().value() != null && place.revoked().contains(proof(now.message())));
        facts.put("sound", now.sound());
        facts.put("held", held == null ? "nothing" : held.sound() ? "sound" : "unsound");
        if (held != null && isRecord(now.message())) {
            GenericRecord before = held.message().record();
            GenericRecord after = now.message().record();
            boolean sameClass = before.get("record_class").equals(after.get("record_class"));
            facts.put("own", sameClass && mayFollow(before.get("court").toString(), signer(now)));
            int newer = Long.compare((Long) after.get("version"), (Long) before.get("version"));
            facts.put("version", newer > 0 ? "higher" : newer == 0 ? "same" : "lower");
            boolean same = Arrays.equals(sha256(held.message().body(), PROOF), sha256(now.message().body(), PROOF));
            facts.put("content", same ? "same" : "other");
        }
        return facts;
    }

    private boolean isRecord(Message each) {
        return each.is("ListRecord") && Arrays.equals(bytes(each.record().get("entry_id")), each.key())
            && (Long) each.record().get("version") >= 1;
    }

    private boolean sound(Place place, Message each) throws Exception {
        if (!isRecord(each)) {
            return false;
        }
        boolean listed = (Integer) each.record().get("instrument") == 1;
        boolean own = place.topic().equals("court." + (listed ? "debtor-list." : "orders.") + place.jurisdiction() + ".v1");
        boolean home = Utils.toPositive(Utils.murmur2(each.key())) % place.partitions() == place.partition();
        boolean canary = (Integer) each.record().get("record_class") == 1;
        return own && home && signed(each, place.topic(), canary ? "list-record canary" : "list-record", place.jurisdiction());
    }

    /** Who owns the key under a record. */
    private String signer(Standing now) {
        GenericRecord key = keys.get(proof(now.message()));
        return key == null ? "" : key.get("participant").toString();
    }

    private boolean mayFollow(String court, String successor) {
        for (int level = 0; level < 8 && !court.isEmpty() && !court.equals(successor); level++) {
            String below = court;
            court = oldest(below).map(key -> key.get("superior").toString()).orElse("");
        }
        return court.equals(successor);
    }

    /** A participant's oldest signing key, of two the one with the lower id. */
    private Optional<GenericRecord> oldest(String participant) {
        return new TreeMap<>(keys).values().stream()
            .filter(key -> key.get("participant").toString().equals(participant) && key.get("use").toString().equals("sign"))
            .min(Comparator.comparingLong(key -> (Long) key.get("valid_from")));
    }

    private boolean founded(GenericRecord key) {
        boolean founded = false;
        for (JsonNode kind : rules.get("founded")) {
            founded |= kind.asText().equals(key.get("kind").toString());
        }
        return founded;
    }

    /** The jurisdictions the owner of a key acts in, with commas between. */
    private String actsIn(GenericRecord key) {
        return (founded(key) ? oldest(key.get("participant").toString()).orElse(key) : key).get("jurisdiction").toString();
    }

    private static String proof(Message each) {
        return each.body().length < 8 ? "" : HEX.formatHex(each.body(), 0, 8);
    }

    private static byte[] digest(Map<String, Standing> entries) {
        int[] sum = new int[LANES];
        for (Standing standing : entries.values()) {
            Message each = standing.message();
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

    /** Whether a record is signed as its row in the table of signers says. */
    private boolean signed(Message each, String context, String rule, String jurisdiction) throws Exception {
        GenericRecord key = keys.get(HEX.formatHex(each.body(), 0, 8));
        if (key == null || !key.get("use").toString().equals("sign")) {
            return false;
        }
        JsonNode row = rules.get("signers").get(rule);
        long at = (Long) each.record().get(row.get("valid_at").asText());
        long until = (Long) key.get("valid_until");
        long revoked = row.path("revoked_by_barrier").asBoolean() ? 0 : (Long) key.get("revoked_at");
        boolean valid = (Long) key.get("valid_from") <= at && (until == 0 || at < until) && (revoked == 0 || at < revoked);
        String named = each.record().get(row.get("signer").asText()).toString();
        String signer = key.get("participant").toString();
        boolean own = row.path("or_above").asBoolean() ? mayFollow(named, signer) : signer.equals(named);
        boolean kind = false;
        for (JsonNode one : row.get("kinds")) {
            kind |= one.asText().equals(key.get("kind").toString());
        }
        String acts = actsIn(key);
        boolean here = row.path("alone").asBoolean() ? acts.equals(jurisdiction) : List.of(acts.split(",")).contains(jurisdiction);
        boolean said = !row.has("place") || each.record().get(row.get("place").asText()).toString().equals(jurisdiction);
        long perMs = row.path("versions_per_ms").asLong();
        boolean reached = perMs == 0 || Math.floorDiv((Long) each.record().get("version"), perMs) <= (Long) key.get("valid_from");
        return valid && own && kind && here && said && reached && holds(bytes(key.get("public_key")), context, each.body());
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
                    read.get(each.partition()).add(decoded(each));
                }
            }
        }
        return read;
    }

    private Message decoded(ConsumerRecord<byte[], byte[]> each) {
        byte[] value = each.value();
        byte[] body = value == null || value.length < 10 ? new byte[0] : Arrays.copyOfRange(value, 10, value.length);
        return new Message(decoded(value), body, each.key(), value, each.offset());
    }

    /** What a value says, null if nobody here can read it. */
    private GenericRecord decoded(byte[] value) {
        try {
            Schema writer = store.findByFingerprint(ByteBuffer.wrap(value, 2, 8).order(ByteOrder.LITTLE_ENDIAN).getLong());
            return new BinaryMessageDecoder<GenericRecord>(GenericData.get(), writer, store).decode(ByteBuffer.wrap(value));
        } catch (IOException | RuntimeException unreadable) {
            return null;
        }
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

    private static byte[] sha256(byte[] message, int from) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(message, from, message.length - from);
            return digest.digest();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
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
