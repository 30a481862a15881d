package io.postern.certificate.judging;

import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names, for PKIX, of the critical extensions that {@link PathRules} and the revocation check
 * look after: with its own revocation check off it refuses critical distribution points.
 */
final class UnderstoodExtensions extends PKIXCertPathChecker {
  @Override
  public void init(boolean forward) {}

  @Override
  public boolean isForwardCheckingSupported() {
    return true;
  }

  @Override
  public Set<String> getSupportedExtensions() {
    return PathRules.UNDERSTOOD;
  }

  @Override
  public void check(Certificate certificate, @Nullable Collection<String> unresolved) {
    if (unresolved != null) {
      unresolved.removeAll(PathRules.UNDERSTOOD);
    }
  }
}
