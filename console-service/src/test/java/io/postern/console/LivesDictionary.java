package io.postern.console;

import com.github.luben.zstd.ZstdDictTrainer;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.console.wire.LifeRecord;
import io.postern.console.wire.MessageLife;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes the dictionary of {@code PackedLife} from lives of {@link ManyMessages}, in which the names
 * of organizations and domains are others in each: it learns what services write, and no name. The
 * first one is in use and never made again; rows need it.
 */
final class LivesDictionary {
  private static final int SAMPLES = 4_000;
  private static final int BYTES = 8 << 10;
  private static final List<String> NAMES =
      List.of("contoso", "partner", "fabrikam", "postern.example", "tailspin", "info", "user");

  private LivesDictionary() {}

  public static void main(String[] args) throws Exception {
    ZstdDictTrainer trainer = new ZstdDictTrainer(SAMPLES * 4_000, BYTES);
    ManyMessages many = new ManyMessages(107);
    Random random = new Random(107);
    for (int i = 0; i < SAMPLES; i++) {
      trainer.addSample(renamed(life(many.next(1_790_000_000_000L + i * 977_777L)), random));
    }
    Files.write(Path.of(args[0]), trainer.trainSamples());
  }

  private static MessageLife life(List<ConsumerRecord<String, byte @Nullable []>> records)
      throws InvalidProtocolBufferException {
    MessageLife.Builder life = MessageLife.newBuilder();
    for (ConsumerRecord<String, byte @Nullable []> record : records) {
      byte[] value = Objects.requireNonNull(record.value());
      if (life.getAccepted().isEmpty()) {
        life.setAccepted(
            MessageAccepted.parseFrom(value).toBuilder()
                .clearHeaderBlock()
                .clearContent()
                .build()
                .toByteString());
      } else {
        life.addRecords(
            LifeRecord.newBuilder()
                .setTopic(record.topic())
                .setLogOffset(record.offset())
                .setAfter(record.timestamp() % 100)
                .setWorth(record.topic().equals(Topics.MAIL_OUTCOMES) ? "c" : "next")
                .setRecord(kept(record.topic(), value)));
      }
    }
    return life.build();
  }

  private static ByteString kept(String topic, byte[] value) throws InvalidProtocolBufferException {
    if (!topic.equals(Topics.MAIL_DELIVERIES)) {
      return ByteString.copyFrom(value);
    }
    Decision.Builder decision = Decision.parseFrom(value).toBuilder();
    decision.getDeliveriesBuilderList().forEach(DeliveryRequested.Builder::clearContent);
    return decision.build().toByteString();
  }

  /** With names of the same length, so that it stays a message of protobuf. */
  private static byte[] renamed(MessageLife life, Random random) {
    String text = new String(life.toByteArray(), StandardCharsets.ISO_8859_1);
    for (String name : NAMES) {
      StringBuilder other = new StringBuilder();
      name.chars().forEach(c -> other.append(c == '.' ? '.' : (char) ('a' + random.nextInt(26))));
      text = text.replace(name, other);
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
