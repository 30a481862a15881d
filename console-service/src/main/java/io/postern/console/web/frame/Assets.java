package io.postern.console.web.frame;

import io.quarkus.runtime.Startup;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * The style sheet, the script and the sign of the pages, under addresses that have their hash: a
 * browser asks for each once. Public. Any thread.
 */
@Startup
@Singleton
@Path(Assets.BELOW + "{hash}/{name}")
@PermitAll
public class Assets {
  static final String BELOW = "/assets/";

  private static final String PATTERNFLY = "vendor/patternfly/";
  private static final int HASH_LETTERS = 16;

  private static final Map<String, List<String>> PARTS =
      Map.of(
          "console.css",
          List.of(
              PATTERNFLY + "base.css",
              PATTERNFLY + "page.css",
              PATTERNFLY + "masthead.css",
              PATTERNFLY + "nav.css",
              PATTERNFLY + "button.css",
              PATTERNFLY + "table.css",
              PATTERNFLY + "label.css",
              PATTERNFLY + "card.css",
              PATTERNFLY + "alert.css",
              PATTERNFLY + "description-list.css",
              PATTERNFLY + "form.css",
              PATTERNFLY + "form-control.css",
              PATTERNFLY + "empty-state.css",
              PATTERNFLY + "progress-stepper.css",
              PATTERNFLY + "title.css",
              PATTERNFLY + "breadcrumb.css",
              PATTERNFLY + "content.css",
              "vendor/uplot/uPlot.min.css",
              "console.css",
              "search.css",
              "partners.css",
              "operation.css"),
          "console.js",
          List.of("vendor/htmx/htmx.min.js", "vendor/uplot/uPlot.iife.min.js", "console.js"),
          "postern.svg",
          List.of("postern.svg"));

  private static final Map<String, String> TYPES =
      Map.of(
          "console.css", "text/css; charset=utf-8",
          "console.js", "text/javascript; charset=utf-8",
          "postern.svg", "image/svg+xml");

  private record Asset(String hash, byte[] zipped) {}

  private final Map<String, Asset> assets;

  Assets() {
    assets =
        Map.of(
            "console.css", asset("console.css"),
            "console.js", asset("console.js"),
            "postern.svg", asset("postern.svg"));
  }

  /** Where a page finds it. */
  String path(String name) {
    Asset asset = assets.get(name);
    if (asset == null) {
      throw new IllegalArgumentException("no asset " + name);
    }
    return BELOW + asset.hash() + "/" + name;
  }

  @GET
  @Operation(hidden = true)
  public Response read(@PathParam("hash") String hash, @PathParam("name") String name) {
    Asset asset = assets.get(name);
    if (asset == null || !asset.hash().equals(hash)) {
      throw new NotFoundException();
    }
    // Every browser takes gzip.
    return Response.ok(asset.zipped())
        .header(HttpHeaders.CONTENT_TYPE, TYPES.get(name))
        .header(HttpHeaders.CONTENT_ENCODING, "gzip")
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header("X-Content-Type-Options", "nosniff")
        .build();
  }

  private static Asset asset(String name) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try {
      for (String part : PARTS.getOrDefault(name, List.of())) {
        try (InputStream in = Assets.class.getClassLoader().getResourceAsStream("web/" + part)) {
          if (in == null) {
            throw new IllegalStateException("web/" + part + " is not in this program");
          }
          whole.write(in.readAllBytes());
          whole.write('\n');
        }
      }
      try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
        whole.writeTo(zip);
      }
      String hash =
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(whole.toByteArray()))
              .substring(0, HASH_LETTERS);
      return new Asset(hash, zipped.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
