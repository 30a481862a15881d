package io.postern.log.verdicts;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictRecord;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.TestLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Stands where certificate-service stands: over the real topics, judging by the leaf's first word.
 */
final class TestJudge implements AutoCloseable {
  static final String VERSION = "1";
  private final KafkaConsumer<String, byte[]> requests;
  private final KafkaProducer<String, byte[]> answers;
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private final Thread thread = Thread.ofPlatform().name("test-judge").unstarted(this::run);
  private volatile boolean closed;

  TestJudge(TestLog log) {
    requests = log.reader(false);
    answers = log.producer();
    List<TopicPartition> partitions =
        IntStream.range(0, 4)
            .mapToObj(p -> new TopicPartition(Topics.CERTIFICATE_REQUESTS, p))
            .toList();
    requests.assign(partitions);
    requests.seekToBeginning(partitions);
    announce(VERSION);
    thread.start();
  }

  int asked(VerdictQuestion question) {
    return asked.getOrDefault(question.key().hex(), 0);
  }

  void answer(VerdictQuestion question, CertificateVerdict verdict) {
    send(question.key().hex(), VerdictRecord.newBuilder().setVerdict(verdict).build());
  }

  /** A record without a value, in each partition. */
  void answerNothing(String key) {
    for (int partition = 0; partition < 4; partition++) {
      var unused =
          answers.send(new ProducerRecord<>(Topics.CERTIFICATE_VERDICTS, partition, key, null));
    }
  }

  void announce(String version) {
    announce(version, "");
  }

  void announce(String version, String distrustVersion) {
    AnchorSetReference anchors = AnchorSetReference.newBuilder().setVersion(version).build();
    send(
        Topics.DEFAULT_ANCHORS_KEY,
        VerdictRecord.newBuilder()
            .setAnchors(
                AnchorSetAnnouncement.newBuilder()
                    .setAnchors(anchors)
                    .setDistrustVersion(distrustVersion))
            .build());
  }

  void announce(RevocationAnnouncement revocation) {
    send(Topics.REVOKED_KEY + "test", VerdictRecord.newBuilder().setRevocation(revocation).build());
  }

  /** A record of a kind that only a later version knows, in each partition. */
  void answerOfALaterVersion() {
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .addField(
                1000,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("of a later version"))
                    .build())
            .build();
    for (int partition = 0; partition < 4; partition++) {
      var unused =
          answers.send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_VERDICTS, partition, "later", later.toByteArray()));
    }
  }

  static CertificateVerdict good(byte[] key, String version, Duration valid) {
    return CertificateVerdict.newBuilder()
        .setVerdictKey(ByteString.copyFrom(key))
        .setResult(VerdictResult.GOOD)
        .setAnchors(AnchorSetReference.newBuilder().setVersion(version))
        .setValidUntilMillis(System.currentTimeMillis() + valid.toMillis())
        .build();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    requests.close();
    answers.close();
  }

  private void run() {
    while (!closed) {
      for (ConsumerRecord<String, byte[]> request : requests.poll(Duration.ofMillis(100))) {
        try {
          judge(CertificateRequest.parseFrom(request.value()));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private void judge(CertificateRequest request) {
    byte[] key = request.getVerdictKey().toByteArray();
    String hex = VerdictKey.of(key).hex();
    asked.merge(hex, 1, Integer::sum);
    String leaf = request.getChain(0).toStringUtf8();
    if (leaf.startsWith("silent")) {
      return;
    }
    CertificateVerdict.Builder verdict = good(key, VERSION, Duration.ofMinutes(1)).toBuilder();
    if (leaf.startsWith("bad")) {
      verdict.setResult(VerdictResult.BAD).setReason(VerdictReason.REVOKED);
    }
    send(hex, VerdictRecord.newBuilder().setVerdict(verdict).build());
  }

  private void send(String key, VerdictRecord content) {
    var unused =
        answers.send(new ProducerRecord<>(Topics.CERTIFICATE_VERDICTS, key, content.toByteArray()));
  }
}
