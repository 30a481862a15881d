package io.postern.rules.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import io.postern.rules.checks.Quotas.Quota;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
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

  /** Who makes and removes objects by ever new names fills no heap and no topic. */
  @Test
  void markersOfRemovedObjectsStayWithinTheQuotaWhateverTheSchedule() {
    long most = 300_000;
    Quotas quotas = new Quotas(new Quota(MANY, most, MANY, MANY), Map.of(), NOTHING_BOUNDED);
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Churn churn = new Churn(quotas, random);
      boolean domainsOnly = seed % 2 == 0;
      for (int i = 0; i < 1_500; i++) {
        List<DirectoryObject> removals = churn.removals();
        assertThat(churn.write(removals)).as("a removal is never refused").isTrue();
        churn.write(churn.additions(domainsOnly && i % 400 != 399));
        assertThat(churn.directory.size("contoso").memory()).isLessThanOrEqualTo(most);
        assertThat(churn.directory.objects().size() + churn.markers.size())
            .as("records in the topic")
            .isLessThanOrEqualTo((int) (most / 800));
      }
      assertThat(churn.names)
          .as("accepted objects of new names")
          .isGreaterThan(domainsOnly ? 1_000 : 10_000);
      assertThat(churn.refused).isGreaterThan(domainsOnly ? 100 : -1);
    }
  }

  /** An organization's objects, and the markers of its removed ones as the owner leaves them. */
  private static final class Churn {
    private final Quotas quotas;
    private final Random random;
    private final Set<String> markers = new TreeSet<>();
    private Directory directory = Directory.of(List.of(organization("contoso")), 1, Map.of());
    private int names;
    private int refused;

    Churn(Quotas quotas, Random random) {
      this.quotas = quotas;
      this.random = random;
    }

    List<DirectoryObject> additions(boolean domainsOnly) {
      List<DirectoryObject> made = new ArrayList<>();
      for (int i = random.nextInt(1, 30); i > 0; i--) {
        int number = names + i;
        made.add(
            switch (domainsOnly ? 0 : random.nextInt(4)) {
              case 0 ->
                  DirectoryObject.newBuilder()
                      .setAcceptedDomain(
                          AcceptedDomain.newBuilder()
                              .setOrganization("contoso")
                              .setDomain("d" + number + ".example"))
                      .build();
              case 1 ->
                  DirectoryObject.newBuilder()
                      .setAnchorSet(
                          AnchorSet.newBuilder().setOrganization("contoso").setName("a" + number))
                      .build();
              default -> connector("contoso", number);
            });
      }
      return made;
    }

    List<DirectoryObject> removals() {
      return directory.objects().stream()
          .filter(object -> !object.hasOrganization() && random.nextInt(10) > 0)
          .map(object -> object.toBuilder().setRemoved(true).build())
          .toList();
    }

    /** As the directory's owner does. */
    boolean write(List<DirectoryObject> changes) {
      if (!quotas.problems(directory, changes).isEmpty()) {
        refused++;
        return false;
      }
      Set<String> written = new HashSet<>();
      for (DirectoryObject change : changes) {
        written.add(DirectoryKeys.key(change));
        if (change.getRemoved()) {
          markers.add(DirectoryKeys.key(change));
        } else {
          names++;
          markers.remove(DirectoryKeys.key(change));
        }
      }
      boolean all = changes.stream().anyMatch(Markers::areReplacedBy);
      List.copyOf(markers).stream()
          .filter(key -> !changes.isEmpty() && (all || key.startsWith("anchor-set/")))
          .filter(key -> !written.contains(key))
          .limit(Markers.most(changes))
          .forEach(markers::remove);
      directory =
          Directory.next(directory, changes, 2, Map.of(), Map.of("contoso", markers.size()));
      return true;
    }
  }
}
