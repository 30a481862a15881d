package io.postern.log.rules.model;

import io.postern.log.rules.RecipientState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the model's delivery writes as an outcome. */
record Payload(
    String queueId,
    int attempt,
    List<RecipientState> recipients,
    int level,
    int routing,
    @Nullable Session session) {}
