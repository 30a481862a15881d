package io.postern.link;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The content of a link's files is taken up when it is good, and only then; the clock is held. */
class LinkCertificateTest {
  private static final LabCa AUTHORITY = LabCa.create("Log");
  private static final LabCa OTHER = LabCa.create("Somebody else");
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private static final Logger LOG = Logger.getLogger(LinkCertificate.class.getName());

  @TempDir private Path folder;
  private final List<String> lines = new ArrayList<>();
  private final Handler handler = new Lines(lines);
  private LinkFiles files;
  private LinkCertificate certificate;
  private Identity first;

  @BeforeEach
  void start() throws IOException {
    LOG.addHandler(handler);
    files =
        new LinkFiles(
            folder.resolve("keys.pem"),
            folder.resolve("keys.pem"),
            folder.resolve("authority.pem"));
    first = AUTHORITY.issue(valid(Duration.ofDays(-1), Duration.ofDays(200)));
    place(files.authority(), AUTHORITY.rootPem());
    place(files.key(), pem(first, first));
    certificate = new LinkCertificate(files);
  }

  @AfterEach
  void stop() {
    LOG.removeHandler(handler);
  }

  @Test
  void aNewGoodPairIsTakenUpByAllUsers() throws Exception {
    RenewableSslEngineFactory one = user();
    RenewableSslEngineFactory two = user();
    Identity second = AUTHORITY.issue(valid(Duration.ZERO, Duration.ofDays(397)));
    place(files.key(), pem(second, second));
    certificate.look(NOW);
    assertThat(leaf(one)).isEqualTo(second.leaf());
    assertThat(leaf(two)).isEqualTo(second.leaf());
    assertThat(leaf(user())).isEqualTo(second.leaf());
    assertThat(certificate.usable()).isTrue();
    assertThat(certificate.end()).isEqualTo(NOW.plus(Duration.ofDays(397)));
    assertThat(lines).singleElement().asString().contains("new certificate");
  }

  /** How a file may be broken. */
  enum Broken {
    MISSING,
    EMPTY,
    HALF,
    TOO_LARGE,
    KEY_OF_ANOTHER,
    NO_CHAIN,
    ENDED,
    NOT_YET_VALID,
    OF_ANOTHER_AUTHORITY,
    AUTHORITY_HALF,
    AUTHORITY_OF_SOMEBODY_ELSE
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenOneLeavesTheFormerInUseWithALineADay(Broken broken) throws Exception {
    RenewableSslEngineFactory user = user();
    breakFiles(broken);
    certificate.look(NOW);
    certificate.look(NOW.plusSeconds(10));
    assertThat(certificate.usable()).isFalse();
    assertThat(leaf(user)).isEqualTo(first.leaf());
    // One that begins now, as a consumer does that was thrown out, has it too.
    assertThat(leaf(user())).isEqualTo(first.leaf());
    assertThat(lines).singleElement().asString().contains("not usable", "stays in use");
    assertThat(lines.getFirst()).doesNotContain("-----BEGIN");
    certificate.look(NOW.plus(Duration.ofDays(1)));
    assertThat(lines).hasSize(2);

    place(files.authority(), AUTHORITY.rootPem());
    Identity good = AUTHORITY.issue(valid(Duration.ZERO, Duration.ofDays(397)));
    place(files.key(), pem(good, good));
    certificate.look(NOW.plus(Duration.ofDays(1)).plusSeconds(10));
    assertThat(leaf(user)).isEqualTo(good.leaf());
    assertThat(certificate.usable()).isTrue();
  }

  @Test
  void oneThatBeginsLaterIsTakenUpThen() throws Exception {
    RenewableSslEngineFactory user = user();
    Identity second = AUTHORITY.issue(valid(Duration.ofHours(1), Duration.ofDays(397)));
    place(files.key(), pem(second, second));
    certificate.look(NOW);
    assertThat(leaf(user)).isEqualTo(first.leaf());
    certificate.look(NOW.plus(Duration.ofHours(2)));
    assertThat(leaf(user)).isEqualTo(second.leaf());
  }

  @Test
  void anotherAuthorityIsTakenUpWhenBothFilesAreItsOwn() throws Exception {
    RenewableSslEngineFactory user = user();
    place(files.authority(), OTHER.rootPem());
    certificate.look(NOW);
    assertThat(trusted(user)).isEqualTo(AUTHORITY.root());
    Identity second = OTHER.issue(valid(Duration.ZERO, Duration.ofDays(397)));
    place(files.key(), pem(second, second));
    certificate.look(NOW);
    assertThat(leaf(user)).isEqualTo(second.leaf());
    assertThat(trusted(user)).isEqualTo(OTHER.root());
  }

  @Test
  void theEndIsSaidOnceADayFrom45DaysBefore() throws Exception {
    user();
    Instant end = certificate.end();
    certificate.look(end.minus(Duration.ofDays(45)).minusSeconds(1));
    assertThat(lines).isEmpty();
    certificate.look(end.minus(Duration.ofDays(44)));
    certificate.look(end.minus(Duration.ofDays(44)).plus(Duration.ofHours(23)));
    assertThat(lines).singleElement().asString().contains("expires in 44 days, at " + end);
    certificate.look(end.minus(Duration.ofDays(43)));
    assertThat(lines).hasSize(2);
  }

  @Test
  void theAuthoritysEndIsSaidToo() throws Exception {
    Identity lasting = AUTHORITY.issue(valid(Duration.ofDays(-1), Duration.ofDays(20_000)));
    place(files.key(), pem(lasting, lasting));
    user();
    certificate.look(certificate.authorityEnd().minus(Duration.ofDays(10)));
    // The intermediate certificate ends with it.
    assertThat(lines)
        .hasSize(2)
        .anySatisfy(
            line -> assertThat(line).startsWith("The authority of the connections to Kafka"));
  }

  @Test
  void whoBeginsWithABrokenPairHearsWhy() throws Exception {
    breakFiles(Broken.KEY_OF_ANOTHER);
    assertThatThrownBy(this::user)
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining(files.key().toString())
        .hasMessageContaining("key is not that of the certificate");
  }

  @Test
  void whoBeginsAfterTheEndTakesTheNewOneUpWhenItComes() throws Exception {
    Identity ended = AUTHORITY.issue(valid(Duration.ofDays(-9), Duration.ofDays(-1)));
    place(files.key(), pem(ended, ended));
    RenewableSslEngineFactory user = user();
    assertThat(leaf(user)).isEqualTo(ended.leaf());
    place(files.key(), pem(first, first));
    certificate.look(NOW);
    assertThat(leaf(user)).isEqualTo(first.leaf());
  }

  @Test
  void keysAreNotPrinted() throws Exception {
    assertThat(files.read().toString()).doesNotContain("PRIVATE");
  }

  private RenewableSslEngineFactory user() {
    RenewableSslEngineFactory user = new RenewableSslEngineFactory(files -> certificate);
    user.configure(settings());
    return user;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("ssl.protocol", "TLSv1.3");
    settings.put("ssl.keystore.type", "PEM");
    settings.put("ssl.keystore.location", files.key().toString());
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", files.authority().toString());
    return settings;
  }

  private void breakFiles(Broken broken) throws IOException {
    Identity other = AUTHORITY.issue(valid(Duration.ZERO, Duration.ofDays(397)));
    String good = pem(other, other);
    switch (broken) {
      case MISSING -> Files.delete(files.key());
      case EMPTY -> place(files.key(), "");
      case HALF -> place(files.key(), good.substring(0, good.length() / 2));
      case TOO_LARGE -> place(files.key(), good + "#".repeat(300_000));
      case KEY_OF_ANOTHER -> place(files.key(), pem(first, other));
      case NO_CHAIN -> place(files.key(), pem(other, other.withoutIssuers()));
      case ENDED -> placeValid(AUTHORITY, Duration.ofDays(-30), Duration.ofDays(-1));
      case NOT_YET_VALID -> placeValid(AUTHORITY, Duration.ofDays(3), Duration.ofDays(30));
      case OF_ANOTHER_AUTHORITY -> placeValid(OTHER, Duration.ZERO, Duration.ofDays(30));
      case AUTHORITY_HALF -> place(files.authority(), AUTHORITY.rootPem().substring(0, 200));
      case AUTHORITY_OF_SOMEBODY_ELSE -> place(files.authority(), OTHER.rootPem());
    }
  }

  private void placeValid(LabCa issuer, Duration from, Duration until) throws IOException {
    Identity identity = issuer.issue(valid(from, until));
    place(files.key(), pem(identity, identity));
  }

  private static Issue valid(Duration from, Duration until) {
    return Issue.to("ingress").clientOnly().valid(NOW.plus(from), NOW.plus(until));
  }

  private String pem(Identity key, Identity chain) throws IOException {
    Path own = Files.createTempDirectory(folder, "made");
    key.write(own, "key");
    chain.write(own, "chain");
    return Files.readString(own.resolve("key.key")) + Files.readString(own.resolve("chain.pem"));
  }

  private void place(Path file, String text) throws IOException {
    Path made = Files.writeString(folder.resolve("made"), text);
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Certificate leaf(RenewableSslEngineFactory user) throws KeyStoreException {
    return requireNonNull(user.keystore()).getCertificate("kafka");
  }

  private static Certificate trusted(RenewableSslEngineFactory user) throws KeyStoreException {
    return requireNonNull(user.truststore()).getCertificate("kafka0");
  }

  private static final class Lines extends Handler {
    private final List<String> lines;

    private Lines(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(new SimpleFormatter().formatMessage(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
