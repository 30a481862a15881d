package io.postern.certificate.judging;

import static io.postern.certificate.CertificateMaker.ca;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.revocation.SignerTrust;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SignerMemoTest {
  private static final ParsedCertificate ROOT = ca("Root").make().certificate();
  private static final ParsedCertificate SIGNER = ca("Signer").make().certificate();
  private static final ParsedCertificate LEAF = ca("Leaf").make().certificate();

  private final SignerMemo memo = new SignerMemo();
  private final AtomicInteger judged = new AtomicInteger();

  private @Nullable SignerTrust judge(SignerMemo.Key key, @Nullable SignerTrust backing)
      throws InterruptedException {
    return memo.of(
        key,
        () -> {
          judged.incrementAndGet();
          return backing;
        });
  }

  private static SignerMemo.Key key(Set<ParsedCertificate> inQuestion, int depth) {
    return new SignerMemo.Key(SIGNER, ROOT, inQuestion, depth);
  }

  @Test
  void aSignerIsJudgedOnceGoodOrNot() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(judge(key(Set.of(LEAF), 0), SignerTrust.OF_THE_PATH))
          .isSameAs(SignerTrust.OF_THE_PATH);
      assertThat(judge(key(Set.of(LEAF), 1), null)).isNull();
    }
    assertThat(judged).hasValue(2);
  }

  @Test
  void whoHeMustNotDependOnMakesADifference() throws Exception {
    assertThat(judge(key(Set.of(LEAF), 0), SignerTrust.OF_THE_PATH)).isNotNull();
    assertThat(judge(key(Set.of(LEAF, ROOT), 0), null)).isNull();
  }

  @Test
  void oneMoreThanTheBoundIsNotTrusted() throws Exception {
    for (int i = 0; i < SignerMemo.MOST; i++) {
      assertThat(judge(key(Set.of(LEAF), i), SignerTrust.OF_THE_PATH)).isNotNull();
    }
    assertThat(judge(key(Set.of(LEAF), SignerMemo.MOST), SignerTrust.OF_THE_PATH)).isNull();
    assertThat(judge(key(Set.of(LEAF), 0), SignerTrust.OF_THE_PATH)).as("known").isNotNull();
    assertThat(judged).hasValue(SignerMemo.MOST);
  }
}
