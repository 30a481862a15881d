package io.postern.policy.api;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.asking.LossySender;
import io.postern.log.level.InstallationLevel;
import io.postern.log.rules.ContractLevels;
import io.quarkus.security.Authenticated;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The contract level of the installation, which an operator raises. */
@Path("/api/v1/contract-level")
@Authenticated
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "contract-level", description = "Which level of the contracts the services write")
public class ContractLevelResource {
  private static final Logger LOG = Logger.getLogger(ContractLevelResource.class);

  /**
   * @param inForce what services may write
   * @param next the level above
   * @param hindrances why it cannot be raised to that, each with the cure; empty: it can
   * @param replicas those that were heard in the last hour and have not stopped
   */
  public record LevelView(
      int inForce, int next, List<String> hindrances, List<ReplicaView> replicas) {
    static LevelView of(ContractLevels levels, long nowMillis) {
      int next = levels.inForce() + 1;
      return new LevelView(
          levels.inForce(),
          next,
          levels.hindrances(next, nowMillis),
          levels.replicas().stream().map(ReplicaView::of).toList());
    }
  }

  /**
   * A replica of a service.
   *
   * @param reads the highest level that it reads
   * @param heard RFC 3339
   */
  public record ReplicaView(
      String service, String replica, String version, int reads, String heard) {
    static ReplicaView of(ContractLevels.Replica replica) {
      return new ReplicaView(
          replica.service(),
          replica.name(),
          replica.version(),
          replica.reads(),
          Instant.ofEpochMilli(replica.heardMillis()).toString());
    }
  }

  /** The level that is to be in force. */
  public record LevelRequest(int level) {}

  private final InstallationLevel installation;
  private final LossySender sender;
  private final Caller caller;

  ContractLevelResource(LogSettings settings, LossySender sender, Caller caller) {
    this.installation = new InstallationLevel(settings);
    this.sender = sender;
    this.caller = caller;
  }

  /**
   * @throws ProblemException 403; 503: the log is away
   */
  @GET
  @Operation(
      summary = "The contract level in force, and which one each replica reads",
      description = "For operators.")
  public LevelView level() {
    caller.requireOperator();
    return LevelView.of(read(), sender.clock().millis());
  }

  /**
   * @throws ProblemException 400: it is no level that can be next; 403; 409: a replica does not
   *     read it; 503: the log is away
   */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Raises the contract level by one",
      description =
          "For operators. Each replica that was heard in the last 15 minutes must read it, else 409"
              + " with the replicas. It cannot be lowered: versions that do not read it no longer"
              + " work. A level that is in force already changes nothing.")
  @APIResponse(responseCode = "200")
  public LevelView raise(@Nullable LevelRequest request) {
    caller.requireOperator();
    ContractLevels levels = read();
    int level = request == null ? 0 : request.level();
    if (level < 1 || level > levels.inForce() + 1) {
      throw ProblemException.badRequest(
          "level",
          "it is " + level,
          "write " + (levels.inForce() + 1) + ": the level is raised by one");
    }
    if (!levels.writes(level)) {
      List<String> hindrances = levels.hindrances(level, sender.clock().millis());
      if (!hindrances.isEmpty()) {
        throw new ProblemException(
            Problem.of(
                409,
                "Conflict",
                "The contract level cannot be raised to " + level + ".",
                hindrances.stream().map(each -> new Problem.Fault("/level", each, "")).toList()));
      }
      write(level);
      LOG.infof("The contract level was raised to %d by %s", level, caller.name());
      levels.raised(level);
    }
    return LevelView.of(levels, sender.clock().millis());
  }

  private ContractLevels read() {
    try {
      return installation.read();
    } catch (LogUnavailableException e) {
      throw ProblemException.kafkaAway();
    }
  }

  private void write(int level) {
    try {
      installation.raise(level, caller.name());
    } catch (LogUnavailableException e) {
      throw ProblemException.kafkaAway();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.kafkaAway();
    }
  }
}
