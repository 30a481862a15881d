package io.postern.certificate;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;

import io.postern.fuzzing.FuzzTest;
import io.postern.names.CertificateNames;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * A peer's certificate is unusable, or all that is asked of it later can be read, and its octets
 * are those that came. The names of any octets are names.
 */
final class CertificateFuzzTest extends FuzzTest {
  @Override
  protected int inputs() {
    return 15_000;
  }

  @Override
  protected Map<String, byte[]> corpus() {
    CertificateMaker.Made root = ca("Root").make();
    return Map.of(
        "root.der", root.der(),
        "leaf.der",
            leaf("a.example")
                .by(root)
                .crl("http://crl.example/1")
                .ocsp("http://ocsp.example")
                .make()
                .der(),
        "rsa.der", leaf("*.a.example").keys(CertificateMaker.rsa(2048)).make().der());
  }

  @Override
  protected void take(byte[] input) {
    for (String name : CertificateNames.ofLeaf(List.of(input))) {
      holds(name.matches("(\\*\\.)?[a-z0-9.-]{1,253}"), "a name is a name: " + name);
    }
    ParsedCertificate certificate;
    try {
      certificate = ParsedCertificate.parse(input);
    } catch (UnusableCertificateException unusable) {
      holds(!String.valueOf(unusable.getMessage()).isEmpty(), "there is a reason");
      return;
    }
    holds(Arrays.equals(input, certificate.der()), "the octets are those that came");
    holds(certificate.shown().length() <= 1_000, "it is shown in short");
    holds(!certificate.isCa() || certificate.pathLength() >= 0, "a CA has a bound of its path");
    var unused =
        List.of(
            certificate.mayServe(KeyPurposeId.id_kp_serverAuth),
            certificate.mayBeUsedFor(0),
            certificate.demandsStaple(),
            certificate.selfSigned(),
            certificate.hugeKey(),
            certificate.notBefore(),
            certificate.notAfter(),
            String.valueOf(certificate.nameConstraints()),
            certificate.toString(),
            certificate.signedBy(certificate));
  }
}
