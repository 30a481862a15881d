package io.postern.ingress;

import com.google.protobuf.ByteString;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A source of verdicts with a test's answers: it knows nothing unasked, and counts the questions.
 */
public final class TestVerdicts implements VerdictSource {
  private final AtomicInteger asked = new AtomicInteger();
  private volatile CertificateVerdict answer =
      CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();

  public void answer(VerdictResult result, VerdictReason reason) {
    answer = CertificateVerdict.newBuilder().setResult(result).setReason(reason).build();
  }

  public int asked() {
    return asked.get();
  }

  @Override
  public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
    asked.incrementAndGet();
    return answer.toBuilder()
        .setVerdictKey(ByteString.copyFrom(question.key().bytes()))
        .setValidUntilMillis(System.currentTimeMillis() + 60_000)
        .build();
  }

  @Override
  public @Nullable CertificateVerdict known(VerdictQuestion question) {
    return null;
  }
}
