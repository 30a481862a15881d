package io.postern.operator.commands.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** As much of a browser as the forms of a Keycloak need. One thread. */
final class Browser {
  private static final Pattern ACTION =
      Pattern.compile("<form[^>]*\\baction=\"([^\"]+)\"", Pattern.CASE_INSENSITIVE);
  private static final Pattern HIDDEN =
      Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");
  private static final int MOST_REDIRECTIONS = 10;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
  private final Map<String, String> cookies = new TreeMap<>();
  private URI here = URI.create("");

  /** Opens the page of a code, signs in and agrees. */
  void agree(String address, String user, String password) throws Exception {
    String login = open(HttpRequest.newBuilder(URI.create(address)).GET());
    String consent = send(login, Map.of("username", user, "password", password));
    String end = send(consent, Map.of("accept", "Yes"));
    assertThat(end).contains("Device Login Successful");
  }

  private String send(String page, Map<String, String> typed) throws Exception {
    Matcher action = ACTION.matcher(page);
    assertThat(action.find()).as("a form in " + page).isTrue();
    Map<String, String> fields = new TreeMap<>(typed);
    Matcher hidden = HIDDEN.matcher(page);
    while (hidden.find()) {
      fields.put(hidden.group(1), hidden.group(2));
    }
    String body =
        fields.entrySet().stream()
            .map(
                each ->
                    each.getKey()
                        + "="
                        + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return open(
        HttpRequest.newBuilder(here.resolve(action.group(1).replace("&amp;", "&")))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private String open(HttpRequest.Builder first) throws IOException, InterruptedException {
    HttpRequest.Builder request = first;
    for (int i = 0; i < MOST_REDIRECTIONS; i++) {
      if (!cookies.isEmpty()) {
        request.setHeader(
            "Cookie",
            cookies.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining("; ")));
      }
      HttpRequest sent = request.timeout(Duration.ofSeconds(60)).build();
      here = sent.uri();
      HttpResponse<String> answer = http.send(sent, HttpResponse.BodyHandlers.ofString());
      for (String cookie : answer.headers().allValues("Set-Cookie")) {
        String[] pair = cookie.split(";", 2)[0].split("=", 2);
        cookies.put(pair[0], pair[1]);
      }
      if (answer.statusCode() / 100 != 3) {
        return answer.body();
      }
      request =
          HttpRequest.newBuilder(
                  here.resolve(answer.headers().firstValue("Location").orElseThrow()))
              .GET();
    }
    throw new IOException("redirected for ever, at last to " + here);
  }
}
