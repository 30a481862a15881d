package io.postern.operator.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@link InstallationCertificates} and {@link SharedSecrets} as a command; may run again at any
 * time, and has to each day.
 */
@Command(
    name = "certificates",
    description =
        "Creates the certificates of an installation that are missing or expire within 60 days, "
            + "and the secrets that replicas share; keeps the others.",
    mixinStandardHelpOptions = true)
public final class MakeCertificates implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "folder with one subfolder per key owner")
  private Path folder = Path.of("certificates");

  @Option(
      names = "--broker",
      paramLabel = "HOST",
      defaultValue = "broker",
      description =
          "host name at which services reach a broker, once for each (default: ${DEFAULT-VALUE})")
  private List<String> brokers = List.of();

  @Option(
      names = "--smtp",
      paramLabel = "HOST",
      description = "host name of this mail server (default: ${DEFAULT-VALUE})")
  private String smtp = "localhost";

  @Override
  public Integer call() throws GeneralSecurityException, IOException {
    for (String holder : InstallationCertificates.PRINCIPALS) {
      Files.createDirectories(folder.resolve(holder));
    }
    for (String service : InstallationCertificates.SERVICES) {
      Files.createDirectories(folder.resolve(service).resolve("http"));
    }
    for (SharedSecrets.Secret secret : SharedSecrets.ALL) {
      for (String service : secret.services()) {
        Files.createDirectories(folder.resolve(SharedSecrets.folder(service)));
      }
    }
    for (int number = 1; number <= brokers.size(); number++) {
      Files.createDirectories(folder.resolve(InstallationCertificates.broker(number)));
    }
    Files.createDirectories(folder.resolve(InstallationCertificates.DATABASE));
    Files.createDirectories(
        folder.resolve(InstallationCertificates.DATABASE_CLIENT).resolve("database"));
    Files.createDirectories(folder.resolve("smtp"));
    Files.createDirectories(folder.resolve(InstallationCertificates.MONITORING));
    InstallationCertificates.make(folder, brokers, smtp, Instant.now())
        .forEach(System.out::println);
    SharedSecrets.make(folder, Instant.now()).forEach(System.out::println);
    return 0;
  }
}
