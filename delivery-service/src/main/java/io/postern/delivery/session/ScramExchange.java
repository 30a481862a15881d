package io.postern.delivery.session;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import io.postern.contracts.X509;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of SCRAM (RFC 5802, RFC 7677): the password stays here, and the host proves that
 * it knows it too. Bound to the host's certificate by {@code tls-server-end-point} (RFC 5929 §4)
 * where that is asked for. One thread, once.
 *
 * <p>The work of {@link #answer} is the host's choice: 1,000,000 iterations at most, a second.
 */
final class ScramExchange {
  /** The exchange cannot go on; the text is for the administrator, without anything secret. */
  static final class ScramFault extends Exception {
    private static final long serialVersionUID = 1L;

    ScramFault(String why) {
      super(why, null, false, false); // no cause: it could quote the password
    }
  }

  /** The stronger one first. SHA-1's are not used (RFC 7677 §4). */
  private static final List<String> HASHES = List.of("SCRAM-SHA-512", "SCRAM-SHA-256");

  /** RFC 5802 §7, without an extension in front, which would be mandatory. */
  private static final Pattern SERVER_FIRST =
      Pattern.compile("r=[^,]+,s=[A-Za-z0-9+/]+={0,2},i=([0-9]{1,9})(?:,.*)?");

  private static final String PLUS = "-PLUS";
  private static final int LEAST_ITERATIONS = 4_096; // RFC 7677 §4
  private static final int MOST_ITERATIONS = 1_000_000;

  private final ScramClient client;

  /**
   * @param mechanism one of {@link #choose}
   * @param certificate of the host, DER, to which the exchange can be bound: with a mechanism that
   *     is not, the host learns that we could have, so that one in between who took the others out
   *     of its offer is found out (RFC 5802 §6). Null: the host is proven otherwise
   * @param nonce null: a random one
   */
  ScramExchange(
      String mechanism,
      Credentials credentials,
      byte @Nullable [] certificate,
      @Nullable Supplier<String> nonce)
      throws ScramFault {
    byte[] binding = certificate == null ? new byte[0] : binding(certificate);
    if (isBound(mechanism) && binding.length == 0) {
      throw new ScramFault("the host's certificate does not support channel binding");
    }
    try {
      ScramClient.FinalBuildStage builder =
          ScramClient.builder()
              .advertisedMechanisms(List.of(mechanism))
              .username(credentials.user())
              .password(credentials.password().toCharArray());
      if (binding.length > 0) {
        builder.channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, binding);
      }
      if (nonce != null) {
        builder.nonceSupplier(nonce);
      }
      client = builder.build();
    } catch (IllegalArgumentException e) {
      throw unprepared();
    }
  }

  private static ScramFault unprepared() {
    return new ScramFault("user or password have characters that RFC 4013 does not allow");
  }

  /**
   * The mechanism to use of those that a host offers; null: none.
   *
   * @param proven the host is who it claims to be: the exchange need not be bound to its
   *     certificate, which some hosts do in other ways than we can
   */
  static @Nullable String choose(List<String> offered, boolean proven) {
    List<String> bound = HASHES.stream().map(hash -> hash + PLUS).toList();
    return Stream.of(proven ? HASHES : bound, proven ? bound : HASHES)
        .flatMap(List::stream)
        .filter(offered::contains)
        .findFirst()
        .orElse(null);
  }

  static boolean isBound(String mechanism) {
    return mechanism.endsWith(PLUS);
  }

  /** Empty: the certificate is of a kind that nothing is bound to. */
  private static byte[] binding(byte[] certificate) {
    try {
      return TlsServerEndpoint.getChannelBindingData(X509.certificate(certificate));
    } catch (CertificateException e) {
      return new byte[0];
    }
  }

  String first() {
    return client.clientFirstMessage().toString();
  }

  /** To the host's first message: the proof of the password. */
  String answer(String serverFirst) throws ScramFault {
    Matcher message = SERVER_FIRST.matcher(serverFirst);
    if (!message.matches()) {
      throw new ScramFault("the host's message is not a SCRAM message");
    }
    int iterations = Integer.parseInt(message.group(1));
    if (iterations < LEAST_ITERATIONS || iterations > MOST_ITERATIONS) {
      throw new ScramFault(
          "the host requires %d iterations; %d to %d are supported"
              .formatted(iterations, LEAST_ITERATIONS, MOST_ITERATIONS));
    }
    try {
      client.serverFirstMessage(serverFirst);
    } catch (ScramException | IllegalArgumentException e) {
      throw new ScramFault("the host's message is not a SCRAM message");
    }
    try {
      return client.clientFinalMessage().toString();
    } catch (IllegalArgumentException e) {
      throw unprepared();
    }
  }

  /** The host's last message must prove that it knows the password. */
  void verify(String serverFinal) throws ScramFault {
    try {
      client.serverFinalMessage(serverFinal);
    } catch (ScramException | IllegalArgumentException e) {
      throw new ScramFault("the host did not prove that it knows the password");
    }
  }
}
