package io.postern.certificate.answers;

import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabHttps;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Default anchors that change while the service runs. In the folder {@code postern.test.anchors}:
 * {@code anchors} is watched, {@code served.pem} is what the URL has, {@code distrusted} the
 * authority that is distrusted, {@code distrusted.txt} the file of what is distrusted beside it.
 */
public class AnchorsResource implements QuarkusTestResourceLifecycleManager {
  private @Nullable LabHttps server;

  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "anchors");
      Path watched = Files.createDirectory(folder.resolve("anchors"));
      LabCa host = LabCa.create("Bundle Host");
      host.writeRoot(watched.resolve("host.pem"));
      LabCa distrusted = LabCa.open(folder.resolve("distrusted"), "Distrusted", null);
      distrusted.writeRoot(watched.resolve("distrusted.pem"));
      LabCa.create("From the URL").writeRoot(folder.resolve("served.pem"));
      Files.writeString(folder.resolve("distrusted.txt"), "# none\n");
      LabHttps serving =
          LabHttps.start(
              host.issue(Issue.to("localhost")),
              exchange -> {
                byte[] body = Files.readAllBytes(folder.resolve("served.pem"));
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
              });
      server = serving;
      return Map.of(
          "postern.test.anchors",
          folder.toString(),
          "postern.anchors.distrusted-file",
          folder.resolve("distrusted.txt").toString(),
          "postern.anchors.jdk",
          "false",
          "postern.anchors.folder",
          watched.toString(),
          "postern.anchors.pem-check",
          "200ms",
          "postern.anchors.url",
          serving.url().resolve("/roots.pem").toString(),
          "postern.anchors.url-check",
          "500ms",
          "postern.anchors.url-copy",
          folder.resolve("copy").resolve("url.pem").toString(),
          "postern.anchors.distrusted",
          HexFormat.of()
              .formatHex(
                  MessageDigest.getInstance("SHA-256").digest(distrusted.root().getEncoded())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void stop() {
    if (server != null) {
      server.close();
    }
  }
}
