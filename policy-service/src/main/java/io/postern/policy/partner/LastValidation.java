package io.postern.policy.partner;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.OutboundConnector;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The last validation of a connector that ended.
 *
 * @param met the connector was met
 * @param ofThisDefinition false: the connector was changed since
 * @param failed the steps that failed
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "LastValidation")
public record LastValidation(
    String id,
    String by,
    String at,
    boolean met,
    boolean ofThisDefinition,
    String summary,
    List<StepView> failed) {
  /**
   * @param connector as it is now
   */
  public static LastValidation of(ConnectorValidation validation, OutboundConnector connector) {
    return new LastValidation(
        validation.getProbeId(),
        validation.getBy(),
        Instant.ofEpochMilli(validation.getEnd().getAtMillis()).toString(),
        validation.getEnd().getMet(),
        validation.getConnectorDigest().equals(ValidationPlan.digest(connector)),
        validation.getEnd().getSummary(),
        validation.getStepsList().stream()
            .map(StepView::of)
            .filter(step -> step.state().equals("failed"))
            .toList());
  }
}
