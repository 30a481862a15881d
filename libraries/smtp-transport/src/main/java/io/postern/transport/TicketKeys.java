package io.postern.transport;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a server's session tickets (RFC 5077 §4, RFC 8446 §4.6.1), new each {@link #PERIOD}
 * of wall-clock time. A ticket is taken in its own period and the next, and by a clock that is up
 * to a period behind the one that made it.
 *
 * <p>With a shared secret every server that has it derives the same keys (HKDF, RFC 5869), and
 * takes the tickets of the others. Whoever reads the secret can read the sessions of TLS 1.2 whose
 * tickets he recorded, for as long as the secret has been in use: replace it, as often as that
 * matters. Without one each period has random bytes of this process, which are forgotten with it.
 *
 * <p>The keys depend on the certificates: after a change of these no former ticket is taken, and
 * each client sees the new ones. Thread-safe.
 */
public final class TicketKeys {
  /** The life of a key that makes tickets. */
  public static final Duration PERIOD = Duration.ofHours(1);

  /** Octets: a secret has as many at least. */
  public static final int LEAST_SECRET = 32;

  private static final int PART = 16; // of a key: name, HMAC-SHA-256, AES-128-CBC

  /** Whatever of the time and the secret the keys depend on: they change with it. */
  record Basis(long period, int secrets) {}

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, byte[]> ofPeriods = new HashMap<>(); // at most two
  private byte @Nullable [] shared;
  private int secrets;

  public TicketKeys(InstantSource clock) {
    this.clock = clock;
  }

  /** From now on with this secret alone: tickets made with a former one are not taken. */
  public synchronized void share(byte[] secret) {
    if (secret.length < LEAST_SECRET) {
      throw new IllegalArgumentException(
          "a secret of " + LEAST_SECRET + " octets at least is required: it has " + secret.length);
    }
    shared = secret.clone();
    secrets++;
    ofPeriods.clear();
  }

  synchronized Basis basis() {
    return new Basis(Math.floorDiv(clock.millis(), PERIOD.toMillis()), secrets);
  }

  /** The present key first, which makes tickets. {@code certificates}: a digest of them. */
  synchronized OpenSslSessionTicketKey[] keys(Basis basis, byte[] certificates) {
    long period = basis.period();
    if (shared != null) {
      return new OpenSslSessionTicketKey[] {
        key(shared, period, certificates),
        key(shared, period - 1, certificates),
        key(shared, period + 1, certificates)
      };
    }
    ofPeriods.keySet().removeIf(known -> known != period && known != period - 1);
    byte[] present = ofPeriods.computeIfAbsent(period, _ -> fresh());
    byte[] former = ofPeriods.get(period - 1);
    return former == null
        ? new OpenSslSessionTicketKey[] {key(present, period, certificates)}
        : new OpenSslSessionTicketKey[] {
          key(present, period, certificates), key(former, period - 1, certificates)
        };
  }

  private byte[] fresh() {
    byte[] secret = new byte[LEAST_SECRET];
    random.nextBytes(secret);
    return secret;
  }

  private static OpenSslSessionTicketKey key(byte[] secret, long period, byte[] certificates) {
    byte[] label = "postern session tickets".getBytes(StandardCharsets.US_ASCII);
    byte[] info =
        ByteBuffer.allocate(label.length + Long.BYTES + certificates.length)
            .put(label)
            .putLong(period)
            .put(certificates)
            .array();
    try {
      byte[] key =
          KDF.getInstance("HKDF-SHA256")
              .deriveData(HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(info, 3 * PART));
      return new OpenSslSessionTicketKey(
          Arrays.copyOf(key, PART),
          Arrays.copyOfRange(key, PART, 2 * PART),
          Arrays.copyOfRange(key, 2 * PART, 3 * PART));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java from 25 on has HKDF", e);
    }
  }
}
