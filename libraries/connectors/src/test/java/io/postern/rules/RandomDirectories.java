package io.postern.rules;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.inbound.InboundFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Random directories of two organizations, with connectors that are off, blocked, limited or tied,
 * and random sessions with them. The seed makes them again.
 */
public final class RandomDirectories {
  private static final List<String> RECIPIENTS =
      List.of("contoso.com", "fabrikam.com", "p.example", "a.p.example", "outside.example");

  private final RulePropertiesTest source = new RulePropertiesTest();
  private final Random random;

  public RandomDirectories(long seed) {
    random = new Random(seed);
  }

  public List<DirectoryObject> objects() {
    List<DirectoryObject> objects = new ArrayList<>(source.contoso());
    objects.addAll(source.fabrikam());
    objects.replaceAll(this::changed);
    return objects;
  }

  public InboundFacts facts() {
    return source.facts();
  }

  public String recipient() {
    return RECIPIENTS.get(random.nextInt(RECIPIENTS.size()));
  }

  public Function<VerdictQuestion, @Nullable CertificateVerdict> verdict() {
    return source.verdict();
  }

  private DirectoryObject changed(DirectoryObject object) {
    if (object.hasOrganization()) {
      return object.toBuilder()
          .setOrganization(
              object.getOrganization().toBuilder().setRejectDirectSend(random.nextInt(4) == 0))
          .build();
    }
    if (!object.hasInboundConnector()) {
      return object;
    }
    InboundConnector.Builder connector = object.getInboundConnector().toBuilder();
    connector.setBlocked(random.nextInt(8) == 0);
    if (random.nextInt(8) == 0) {
      connector.addAssociatedAcceptedDomains(
          random.nextBoolean() ? connector.getOrganization() + ".com" : "elsewhere.example");
    }
    return object.toBuilder().setInboundConnector(connector).build();
  }
}
