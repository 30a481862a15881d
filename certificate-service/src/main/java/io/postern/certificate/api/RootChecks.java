package io.postern.certificate.api;

import io.postern.certificate.anchors.AnchorBundle;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.SetInForce;
import io.postern.certificate.answers.AnchorSettings;
import io.postern.certificate.bundles.BundleLedger;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.log.directory.DirectoryReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.ServiceUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The root checks by the anchors in force. Any thread; does not wait. */
@ApplicationScoped
class RootChecks {
  private final RootAdvice advice;
  private final DefaultAnchors defaults;
  private final BundleLedger bundles;
  private final DirectoryReader<DirectoryInForce> directory;

  RootChecks(
      AnchorSettings settings,
      DefaultAnchors defaults,
      BundleLedger bundles,
      DirectoryReader<DirectoryInForce> directory) {
    this.advice = new RootAdvice(settings);
    this.defaults = defaults;
    this.bundles = bundles;
    this.directory = directory;
  }

  /**
   * @param organization null: about the installation alone
   * @throws NotFoundException there is no such organization
   * @throws ServiceUnavailableException the directory is not read yet
   */
  RootCheck now(@Nullable String organization) {
    AnchorBundle inForce = defaults.inForce();
    return new RootCheck(
        advice,
        inForce,
        bundles.history().orElse(null),
        organization == null ? List.of() : sets(organization, inForce));
  }

  private List<SetInForce> sets(String organization, AnchorBundle inForce) {
    DirectoryInForce now =
        directory
            .current()
            .orElseThrow(
                () ->
                    new ServiceUnavailableException(
                        "the directory has not been read yet: Kafka is unavailable"));
    List<SetInForce> sets = now.anchors().of(organization, inForce.anchors());
    if (sets.isEmpty() && now.rules().organization(organization).isEmpty()) {
      throw new NotFoundException("organization: the directory has none with this ID");
    }
    return sets;
  }
}
