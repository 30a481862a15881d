package io.postern.stack.load;

import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Certificates for relay and sink from an authority of their own, and its revocation lists as
 * files, to be served at the URL that the certificates name.
 */
@Command(
    name = "certificates",
    description = {
      "Writes ca.pem, relay.pem and sink.pem with their keys, for relay.test and sink.test (P-256),",
      "and the revocation lists that they name. Serve the folder at http://127.0.0.1:2528/."
    },
    mixinStandardHelpOptions = true)
final class CertificatesCommand implements Callable<Integer> {
  private static final URI SERVED_AT = URI.create("http://127.0.0.1:2528/");
  private static final String NAME = "load";
  private static final Duration VALID = Duration.ofDays(365);

  @Parameters(paramLabel = "FOLDER")
  private Path folder = Path.of("certs");

  @Override
  public Integer call() throws Exception {
    LabCa ca = LabCa.open(folder.resolve("ca"), NAME, SERVED_AT);
    ca.crlTimes(Duration.ofMinutes(5), VALID);
    ca.issue(Issue.to("relay.test")).write(folder, "relay");
    ca.issue(Issue.to("sink.test")).write(folder, "sink");
    Files.write(folder.resolve(NAME + ".crl"), ca.crl());
    Files.write(folder.resolve(NAME + "-root.crl"), ca.rootCrl());
    ca.writeRoot(folder.resolve("ca.pem"));
    return 0;
  }
}
