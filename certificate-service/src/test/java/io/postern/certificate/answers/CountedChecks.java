package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.ocsp.OcspStore;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The service's judge, with a count of its looks at each certificate's revocation. */
@ApplicationScoped
public class CountedChecks {
  private final Map<ByteString, Integer> checks = new ConcurrentHashMap<>();

  @Produces
  @Singleton
  @Alternative
  @Priority(1)
  ChainJudge judge(CrlStore lists, OcspStore responders, RevocationConfig settings) {
    Revocation revocation = new Revocation(lists, responders);
    return new ChainJudge(
        question -> {
          byte[] certificate = question.certificate().fingerprint();
          checks.merge(ByteString.copyFrom(certificate), 1, Integer::sum);
          return revocation.check(question);
        },
        settings.fetchTimeout());
  }

  /**
   * @param certificate SHA-256 of it
   */
  int of(byte[] certificate) {
    return checks.getOrDefault(ByteString.copyFrom(certificate), 0);
  }
}
