package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.CpuTime;
import io.postern.certificate.revocation.crl.Lists;
import io.postern.certificate.revocation.ocsp.Responses;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged chains, lists and answers: no crash, no hang, and never good where the damage counts. */
class DerFuzzTest {
  private static final int ROUNDS = 2_000;
  private static final long SEED = 20261125;
  private static final Duration MOST = Duration.ofSeconds(2);

  private static final Made ROOT = ca("Root").make();
  private static final Made MIDDLE = ca("Middle").by(ROOT).make();
  private static final Made LEAF = leaf("a.example").by(MIDDLE).make();
  private static final byte[] OF_ROOT = Lists.complete(ROOT, 1).make();
  private static final byte[] OF_MIDDLE = Lists.complete(MIDDLE, 1).entry(LEAF, 1, null).make();
  private static final byte[] ANSWER = Responses.revoked(LEAF, MIDDLE);

  private static byte[] damaged(byte[] bytes, Random random) {
    byte[] other = bytes.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      switch (random.nextInt(4)) {
        case 0 -> other[random.nextInt(other.length)] = (byte) random.nextInt(256);
        case 1 -> other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
        case 2 -> other = Arrays.copyOf(other, 1 + random.nextInt(other.length));
        default -> {
          int from = random.nextInt(other.length);
          int to = random.nextInt(other.length);
          int length = Math.min(random.nextInt(64), other.length - Math.max(from, to));
          System.arraycopy(other, from, other, to, length);
        }
      }
    }
    return other;
  }

  private static VerdictResult judge(List<byte[]> chain, List<byte[]> lists, List<byte[]> answers)
      throws InterruptedException {
    CpuTime time = CpuTime.measure();
    VerdictResult result =
        new CollectedChain(
                chain,
                List.of(ROOT.der()),
                lists,
                answers,
                RevocationMode.REVOCATION_REQUIRED,
                Purpose.SERVER,
                PolicyInputs.NONE,
                Instant.now())
            .judge()
            .result();
    assertThat(time.used()).isLessThan(MOST);
    return result;
  }

  @Test
  void withoutDamageItIsRevoked() throws Exception {
    List<byte[]> chain = List.of(LEAF.der(), MIDDLE.der());
    assertThat(judge(chain, List.of(OF_ROOT, OF_MIDDLE), List.of())).isEqualTo(VerdictResult.BAD);
    assertThat(judge(chain, List.of(OF_ROOT), List.of(ANSWER))).isEqualTo(VerdictResult.BAD);
  }

  @Test
  void aDamagedChainIsNeverGood() throws Exception {
    Random random = new Random(SEED);
    byte[] noList = Lists.complete(MIDDLE, 1).make();
    for (int i = 0; i < ROUNDS; i++) {
      List<byte[]> chain = new ArrayList<>(List.of(LEAF.der(), MIDDLE.der()));
      int which = random.nextInt(2);
      byte[] other = damaged(chain.get(which), random);
      if (!Arrays.equals(other, chain.get(which))) {
        chain.set(which, other);
        assertThat(judge(chain, List.of(OF_ROOT, noList), List.of()))
            .as("round %d", i)
            .isNotEqualTo(VerdictResult.GOOD);
      }
    }
  }

  @Test
  void aDamagedListNeverHidesARevocation() throws Exception {
    Random random = new Random(SEED);
    List<byte[]> chain = List.of(LEAF.der(), MIDDLE.der());
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(judge(chain, List.of(OF_ROOT, damaged(OF_MIDDLE, random)), List.of()))
          .as("round %d", i)
          .isNotEqualTo(VerdictResult.GOOD);
    }
  }

  @Test
  void aDamagedAnswerNeverHidesARevocation() throws Exception {
    Random random = new Random(SEED);
    List<byte[]> chain = List.of(LEAF.der(), MIDDLE.der());
    for (int i = 0; i < ROUNDS; i++) {
      byte[] other = damaged(ANSWER, random);
      assertThat(judge(chain, List.of(OF_ROOT), List.of(other)))
          .as("round %d", i)
          .isNotEqualTo(VerdictResult.GOOD);
      CollectedResponse collected =
          new CollectedResponse(
              other, List.of(MIDDLE.certificate().der()), List.of(), Instant.now());
      var unused = collected.problem();
    }
  }
}
