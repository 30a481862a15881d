package io.postern.console.web;

import java.util.List;

/** The pages about certificates, as links on each of them. Stateless. */
final class CertificateSections {
  private static final List<String> PAGES =
      List.of("", "/check", "/rehearsal", "/roots", "/dns", "/mta-sts", "/revocation");

  private CertificateSections() {}

  /**
   * @param current such as {@code /roots}
   */
  static List<PageChoice> of(Frame f, String current) {
    return PAGES.stream()
        .map(
            page ->
                new PageChoice(
                    f.t("certs.page" + page.replace('/', '.')),
                    "/certificates" + page,
                    page.equals(current)))
        .toList();
  }
}
