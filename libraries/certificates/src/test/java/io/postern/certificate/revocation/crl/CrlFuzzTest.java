package io.postern.certificate.revocation.crl;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;

import io.postern.certificate.CertificateMaker.Made;
import io.postern.fuzzing.FuzzTest;
import java.math.BigInteger;
import java.util.Map;

/** A list is malformed, or all that is asked of it later can be read. */
final class CrlFuzzTest extends FuzzTest {
  @Override
  protected int inputs() {
    return 15_000;
  }

  @Override
  protected Map<String, byte[]> corpus() {
    Made root = ca("Root").make();
    Made leaf = leaf("a.example").by(root).make();
    return Map.of(
        "complete.der", Lists.complete(root, 1).entry(leaf, 1, null).make(),
        "changes.der", Lists.changes(root, 1, 2).make(),
        "indirect.der", Lists.indirect(root).entry(leaf, 1, root).make());
  }

  @Override
  protected void take(byte[] input) {
    Crl list;
    try {
      list = Crl.of(input);
    } catch (MalformedCrlException malformed) {
      holds(!String.valueOf(malformed.getMessage()).isEmpty(), "there is a reason");
      return;
    }
    try {
      var unused = list.entry(BigInteger.ONE, list.issuer());
    } catch (MalformedCrlException malformed) {
      holds(!String.valueOf(malformed.getMessage()).isEmpty(), "there is a reason");
    }
    holds(list.size() == input.length, "a list has all of its octets");
    holds(list.freshest().size() <= input.length, "no list has more URLs than octets");
    holds(list.signedPart().remaining() < input.length, "the signed part is a part");
    var asked =
        new Object[] {
          list.thisUpdate(),
          list.nextUpdate(),
          list.scope(),
          list.indirect(),
          list.number(),
          list.changesSince(),
          list.unknownCriticalOfAnEntry(),
          list.criticalExtensions(),
          list.algorithm(),
          list.signature()
        };
    holds(asked.length > 0, "all of it was asked for");
  }
}
