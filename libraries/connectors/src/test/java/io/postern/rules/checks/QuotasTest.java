package io.postern.rules.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuotasTest {
  private static final long MANY = 1L << 40;
  private static final Quota NOTHING_BOUNDED = new Quota(MANY, MANY, MANY, MANY);

  private static DirectoryObject organization(String id) {
    return DirectoryObject.newBuilder()
        .setOrganization(Organization.newBuilder().setId(id))
        .build();
  }

  private static DirectoryObject connector(String organization, int number) {
    return DirectoryObject.newBuilder()
        .setInboundConnector(
            InboundConnector.newBuilder()
                .setOrganization(organization)
                .setName("From " + number)
                .addSenderDomains("partner" + number + ".example"))
        .build();
  }

  private static DirectoryObject anchors(String organization, int certificates) {
    AnchorSet.Builder set = AnchorSet.newBuilder().setOrganization(organization).setName("set");
    for (int i = 0; i < certificates; i++) {
      set.addCertificates(ByteString.copyFrom(new byte[1_000]));
    }
    return DirectoryObject.newBuilder().setAnchorSet(set).build();
  }

  private static Directory directory(int connectors) {
    List<DirectoryObject> objects =
        new ArrayList<>(List.of(organization("contoso"), organization("tailspin")));
    for (int i = 0; i < connectors; i++) {
      objects.add(connector("contoso", i));
    }
    return Directory.of(objects, 1, Map.of());
  }

  @Test
  void anOrganizationHasNoMoreObjectsThanItsQuotaAndAnotherHasItsOwn() {
    Quotas quotas = new Quotas(new Quota(4, MANY, MANY, MANY), Map.of(), NOTHING_BOUNDED);

    assertThat(quotas.problems(directory(2), List.of(connector("contoso", 7)))).isEmpty();
    assertThat(quotas.problems(directory(3), List.of(connector("contoso", 7))))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.getObject()).isEqualTo("organization/contoso");
              assertThat(problem.getProblem())
                  .isEqualTo("the organization would have 5 objects, and may have 4");
              assertThat(problem.getCure()).contains("postern.quotas");
            });
    assertThat(quotas.problems(directory(3), List.of(connector("tailspin", 7)))).isEmpty();
    Quotas own =
        new Quotas(quotas.organization(), Map.of("contoso", NOTHING_BOUNDED), quotas.all());
    assertThat(own.problems(directory(30), List.of(connector("contoso", 77)))).isEmpty();
  }

  @Test
  void whoIsAboveTheQuotaMayChangeAndRemoveObjectsAndAddsNone() {
    Quotas quotas = new Quotas(new Quota(2, MANY, MANY, MANY), Map.of(), NOTHING_BOUNDED);
    Directory before = directory(10);

    assertThat(quotas.problems(before, List.of(connector("contoso", 3)))).isEmpty();
    assertThat(
            quotas.problems(
                before, List.of(connector("contoso", 3).toBuilder().setRemoved(true).build())))
        .isEmpty();
    assertThat(quotas.problems(before, List.of(connector("contoso", 10)))).hasSize(1);
    assertThat(
            quotas.problems(
                before,
                List.of(
                    connector("contoso", 10),
                    connector("contoso", 3).toBuilder().setRemoved(true).build())))
        .as("one for another")
        .isEmpty();
  }

  @Test
  void certificatesAndMemoryCountWhatAnObjectHadBefore() {
    Quotas quotas = new Quotas(new Quota(MANY, 40_000, 20, MANY), Map.of(), NOTHING_BOUNDED);
    Directory before = directory(0).with(List.of(anchors("contoso", 15)));

    assertThat(quotas.problems(before, List.of(anchors("contoso", 20)))).isEmpty();
    assertThat(quotas.problems(before, List.of(anchors("contoso", 21))))
        .extracting(DirectoryProblem::getProblem)
        .containsExactly(
            "the organization would have 21 certificates in anchor sets, and may have 20");
    assertThat(quotas.problems(before, List.of(anchors("contoso", 45))))
        .extracting(DirectoryProblem::getProblem)
        .hasSize(2)
        .last()
        .asString()
        .contains("bytes of memory");
  }

  @Test
  void allOrganizationsTogetherHaveAQuotaThatNamesNone() {
    Quotas quotas = new Quotas(NOTHING_BOUNDED, Map.of(), new Quota(6, MANY, MANY, MANY));

    assertThat(quotas.problems(directory(4), List.of(connector("tailspin", 1))))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.getObject()).isEmpty();
              assertThat(problem.getProblem())
                  .isEqualTo("all organizations together would have 7 objects, and may have 6");
            });
  }

  /** Kept along with the directory, it is what the objects come to. */
  @Test
  void theSizeOfADirectoryIsThatOfItsObjectsAfterAnyChanges() {
    Random random = new Random(5);
    Directory directory = directory(0);
    for (int i = 0; i < 500; i++) {
      String organization = random.nextBoolean() ? "contoso" : "tailspin";
      DirectoryObject drawn =
          random.nextInt(5) == 0
              ? anchors(organization, random.nextInt(4))
              : connector(organization, random.nextInt(20));
      directory =
          directory.with(List.of(drawn.toBuilder().setRemoved(random.nextInt(3) == 0).build()));
      Directory anew = Directory.of(directory.objects(), 1, Map.of());
      assertThat(directory.size("contoso")).isEqualTo(anew.size("contoso"));
      assertThat(directory.size()).isEqualTo(anew.size());
      assertThat(directory.size().objects()).isEqualTo(directory.objects().size());
    }
  }
}
