package io.postern.certificate.anchors;

import static io.postern.certificate.CertificateMaker.ca;
import static io.postern.certificate.CertificateMaker.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.AnchorSetReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RootOfTest {
  private static final Made ROOT = ca("Root").make();
  private static final Made MIDDLE = ca("Middle").by(ROOT).make();
  private static final Made LEAF = leaf("mx.example").by(MIDDLE).make();
  private static final Made OTHER = ca("Other").make();
  private static final Made CROSS = ca("Root").keys(ROOT.keys()).by(OTHER).make();
  private static final Made IMPOSTOR = ca("Middle").make();
  private static final Map<String, Made> ALL =
      Map.of(
          "ROOT",
          ROOT,
          "MIDDLE",
          MIDDLE,
          "LEAF",
          LEAF,
          "OTHER",
          OTHER,
          "CROSS",
          CROSS,
          "IMPOSTOR",
          IMPOSTOR);

  private static List<ParsedCertificate> of(String names) {
    return Arrays.stream(names.split(" "))
        .filter(name -> !name.isEmpty())
        .map(name -> Objects.requireNonNull(ALL.get(name)).certificate())
        .toList();
  }

  private static TrustAnchors anchors(String names) {
    return new TrustAnchors(AnchorSetReference.getDefaultInstance(), of(names));
  }

  @ParameterizedTest
  @CsvSource({
    // sent, anchors, the root's name, the way
    "LEAF MIDDLE ROOT,   '',          Root,   LEAF MIDDLE ROOT",
    "LEAF MIDDLE,        ROOT,        Root,   LEAF MIDDLE ROOT",
    "LEAF MIDDLE,        '',          Root,   LEAF MIDDLE",
    "LEAF,               '',          Middle, LEAF",
    "LEAF,               MIDDLE,      Root,   LEAF MIDDLE",
    "LEAF,               ROOT MIDDLE, Root,   LEAF MIDDLE ROOT",
    "LEAF ROOT MIDDLE,   '',          Root,   LEAF MIDDLE ROOT",
    "LEAF MIDDLE CROSS,  ROOT,        Root,   LEAF MIDDLE ROOT",
    "LEAF MIDDLE CROSS,  OTHER,       Other,  LEAF MIDDLE CROSS OTHER",
    "LEAF IMPOSTOR,      '',          Middle, LEAF",
    "LEAF,               IMPOSTOR,    Middle, LEAF",
    "ROOT,               '',          Root,   ROOT",
  })
  void theWayIsFollowedAsFarAsIssuersAreAtHand(
      String sent, String anchors, String name, String way) {
    RootOf root = RootOf.chain(of(sent), anchors(anchors));
    assertThat(root.name()).contains("CN=" + name + ",");
    assertThat(root.way()).isEqualTo(of(way));
    assertThat(root.root() != null)
        .isEqualTo(way.endsWith(name.toUpperCase(java.util.Locale.ROOT)));
  }

  @Test
  void aRootThatIsDistrustedIsNamedAllTheSame() {
    Distrust distrust =
        Distrust.of(List.of(ByteString.copyFrom(ROOT.certificate().fingerprint())), "here");
    TrustAnchors anchors =
        new TrustAnchors(AnchorSetReference.getDefaultInstance(), of("ROOT"), distrust);
    assertThat(RootOf.chain(of("LEAF MIDDLE"), anchors).root()).isEqualTo(ROOT.certificate());
  }

  @Test
  void issuersThatSignOneAnotherEndTheWay() {
    Made first = ca("First").make();
    Made second = ca("Second").by(first).make();
    Made again = ca("First").keys(first.keys()).by(second).make();
    Made below = leaf("mx.example").by(second).make();
    RootOf root =
        RootOf.chain(
            List.of(below.certificate(), second.certificate(), again.certificate()), anchors(""));
    assertThat(root.way())
        .containsExactly(below.certificate(), second.certificate(), again.certificate());
    assertThat(root.name()).contains("CN=Second");
    assertThat(root.root()).isNull();
  }
}
