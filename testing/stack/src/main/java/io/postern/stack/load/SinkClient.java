package io.postern.stack.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** Asks a sink's control port. */
final class SinkClient {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final URI control;

  SinkClient(URI control) {
    this.control = control;
  }

  Arrivals.Count count(String run) throws IOException, InterruptedException {
    return Arrivals.Count.parse(get("/count?" + run));
  }

  Arrivals arrivals(String run) throws IOException, InterruptedException {
    List<String> lines = get("/arrivals?" + run).lines().toList();
    Times times = new Times();
    for (int i = 1; i < lines.size(); i++) {
      times.put(i - 1, Long.parseLong(lines.get(i)));
    }
    return new Arrivals(Arrivals.Count.parse(lines.getFirst()), times);
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(control.resolve(path)).timeout(Duration.ofSeconds(30)).build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("the sink at " + control + " answers " + answer.statusCode());
    }
    return answer.body();
  }
}
