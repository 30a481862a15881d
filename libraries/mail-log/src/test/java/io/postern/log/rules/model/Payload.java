package io.postern.log.rules.model;

import io.postern.log.rules.RecipientState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An outcome of the model's delivery. */
record Payload(
    String queueId,
    int attempt,
    List<RecipientState> recipients,
    int level,
    int routing,
    @Nullable Session session) {}
