package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryFile;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Client for directory files at policy-service's API, with the credentials that the service
 * generated.
 *
 * <p>Failure: {@link IOException} with the service's own sentence.
 */
public final class DirectoryClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> ANSWERS = Set.of(200, 409, 422);

  private final ServiceApi api;

  public DirectoryClient(ServiceApi api) {
    this.api = api;
  }

  /** Changes by a file, or problems in it. */
  public record Answer(
      boolean accepted, long version, List<String> changes, List<String> problems) {}

  /** True if no organization exists yet. */
  public boolean isEmpty() throws IOException, InterruptedException {
    // The directory itself may be as large as this program's memory.
    return api.send(api.request("/organizations?limit=1").GET(), Set.of(200))
        .path("items")
        .isEmpty();
  }

  /** The organizations in force that the caller sees, in the form of a directory file. */
  public JsonNode organizations() throws IOException, InterruptedException {
    return api.send(api.request("/directory").GET(), Set.of(200)).path("organizations");
  }

  /** The quotas of the organizations that the caller sees, and what they use. */
  public JsonNode quotas() throws IOException, InterruptedException {
    return api.send(api.request("/quotas").GET(), Set.of(200));
  }

  /**
   * The objects of all organizations in force, without the marks of the commands that wrote them.
   *
   * @throws IOException also where the service is of a newer version, whose fields are not known
   */
  public List<DirectoryObject> objects() throws IOException, InterruptedException {
    List<DirectoryObject> objects = new ArrayList<>();
    for (JsonNode organization : organizations()) {
      // One by one: a file has a bound, and JSON is YAML.
      DirectoryFile file =
          DirectoryFile.parse(
              JSON.writeValueAsBytes(
                  JSON.createObjectNode()
                      .set("organizations", JSON.createArrayNode().add(organization))));
      if (!file.problems().isEmpty()) {
        throw new IOException(
            api
                + " has a directory that this version of postern cannot read ("
                + file.problems().getFirst().field()
                + ": "
                + file.problems().getFirst().problem()
                + "): use the version of postern that belongs to the installation");
      }
      objects.addAll(file.objects());
    }
    return objects;
  }

  public Answer apply(String yaml, boolean dryRun) throws IOException, InterruptedException {
    return apply(yaml, dryRun, "");
  }

  /**
   * @param reason for the record of changes
   */
  public Answer apply(String yaml, boolean dryRun, String reason)
      throws IOException, InterruptedException {
    JsonNode answer =
        api.send(
            api.request("/directory/apply?dryRun=" + dryRun + ConsoleClient.reason(reason))
                .header("Content-Type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString(yaml)),
            ANSWERS);
    if (!answer.has("applied")) {
      List<String> faults = ProblemText.faults(answer);
      return new Answer(
          false, -1, List.of(), faults.isEmpty() ? List.of(ProblemText.of(answer)) : faults);
    }
    List<String> changes = new ArrayList<>();
    for (JsonNode change : answer.path("changes")) {
      changes.add(changeLine(change));
    }
    return new Answer(true, answer.path("version").asLong(-1), changes, List.of());
  }

  private static String changeLine(JsonNode change) {
    if (change.isTextual()) {
      return change.asText();
    }
    return String.join("\n", ChangeText.lines(change));
  }
}
