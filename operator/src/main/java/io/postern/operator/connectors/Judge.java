package io.postern.operator.connectors;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;

/** The judge of a chain; certificate-judge's, and a test's. One thread. */
public interface Judge {
  CertificateVerdict judge(VerdictQuestion question) throws InterruptedException;
}
