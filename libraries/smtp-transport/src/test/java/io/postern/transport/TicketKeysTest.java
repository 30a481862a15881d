package io.postern.transport;

import static io.postern.transport.Wire.get;
import static io.postern.transport.Wire.hear;
import static io.postern.transport.Wire.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replicas and their tickets, by clocks that the test holds. */
class TicketKeysTest {
  private static final class Clock implements InstantSource {
    private volatile Instant now = Instant.parse("2027-01-31T08:30:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    void advance(Duration by) {
      now = now.plus(by);
    }
  }

  private static final byte[] SECRET = secret(1);

  private final Clock clock = new Clock();
  private Wire wire;

  @BeforeEach
  void open() throws Exception {
    wire = new Wire();
  }

  @AfterEach
  void close() throws Exception {
    wire.close();
  }

  private static byte[] secret(int of) {
    byte[] secret = new byte[TicketKeys.LEAST_SECRET];
    Arrays.fill(secret, (byte) of);
    return secret;
  }

  private static TicketKeys sharing(Clock clock, byte[] secret) {
    TicketKeys keys = new TicketKeys(clock);
    keys.share(secret);
    return keys;
  }

  private TlsServer server(TlsVersion version, TicketKeys keys, KeyMaterial... materials) {
    return wire.closing(
        new TlsServer(
            TlsServerOptions.DEFAULT.withVersions(version, version), keys, List.of(materials)));
  }

  private TlsClient client() {
    return wire.closing(new TlsClient(TestCa.CLIENT_EC, TlsVersion.TLS_1_2));
  }

  /** The server's facts of one session, behind which the client has new tickets. */
  private TlsFacts session(TlsServer server, TlsClient client) throws Exception {
    Future<TlsFacts> accepted =
        wire.accept(
            c -> {
              TlsFacts facts = c.startTls(server);
              say(c, hear(c));
              hear(c);
              assertThat(c.peerChain()).as("the client's chain is judged anew").hasSize(2);
              return facts;
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              c.startTls(client, "mx.example");
              say(c, "hello");
              hear(c);
              say(c, "QUIT");
              return true;
            });
    get(connected);
    return get(accepted);
  }

  private boolean resumes(TlsServer server, TlsClient client) throws Exception {
    return session(server, client).getResumed();
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void replicasWithOneSecretResumeEachOthersSessions(TlsVersion version) throws Exception {
    TlsServer one = server(version, sharing(clock, SECRET), TestCa.EC);
    TlsServer two = server(version, sharing(clock, SECRET), TestCa.EC);
    TlsServer other = server(version, sharing(clock, secret(2)), TestCa.EC);
    TlsServer alone = server(version, new TicketKeys(clock), TestCa.EC);
    TlsClient client = client();
    assertThat(resumes(one, client)).isFalse();
    assertThat(resumes(two, client)).isTrue();
    assertThat(resumes(one, client)).isTrue();
    assertThat(resumes(other, client)).isFalse();
    assertThat(resumes(alone, client)).isFalse();
    TlsClient another = client();
    session(alone, another);
    assertThat(resumes(alone, another)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void aTicketIsTakenInTheNextPeriodAndNoLonger(TlsVersion version) throws Exception {
    for (TicketKeys keys : List.of(sharing(clock, SECRET), new TicketKeys(clock))) {
      TlsServer server = server(version, keys, TestCa.EC);
      TlsClient next = client();
      TlsClient late = client();
      session(server, next);
      session(server, late);
      clock.advance(TicketKeys.PERIOD);
      assertThat(resumes(server, next)).isTrue();
      clock.advance(TicketKeys.PERIOD);
      assertThat(resumes(server, late)).isFalse();
    }
  }

  @Test
  void aClockThatIsAPeriodBehindTakesTheOthersTickets() throws Exception {
    Clock ahead = new Clock();
    ahead.advance(TicketKeys.PERIOD);
    TlsServer behind = server(TlsVersion.TLS_1_3, sharing(clock, SECRET), TestCa.EC);
    TlsServer before = server(TlsVersion.TLS_1_3, sharing(ahead, SECRET), TestCa.EC);
    TlsClient client = client();
    session(before, client);
    assertThat(resumes(behind, client)).isTrue();
    assertThat(resumes(before, client)).isTrue();
    ahead.advance(TicketKeys.PERIOD);
    TlsClient another = client();
    session(before, another);
    assertThat(resumes(behind, another)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void afterANewSecretOrANewCertificateNoFormerTicketIsTaken(TlsVersion version) throws Exception {
    TicketKeys keys = sharing(clock, SECRET);
    TlsServer server = server(version, keys, TestCa.EC);
    TlsClient first = client();
    session(server, first);
    keys.share(secret(3));
    assertThat(resumes(server, first)).isFalse();
    TlsClient second = client();
    session(server, second);
    assertThat(resumes(server, second)).isTrue();
    server.reload(TestCa.EC, TestCa.OTHER);
    assertThat(resumes(server, second)).isFalse();
    TlsClient third = client();
    session(server, third);
    TlsServer replica = server(version, keys, TestCa.EC, TestCa.OTHER);
    assertThat(resumes(replica, third)).isTrue();
  }

  @Test
  void aShortSecretIsRefused() {
    assertThatThrownBy(() -> new TicketKeys(clock).share(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a secret of 32 octets at least is required: it has 31");
  }
}
