package io.postern.policy.whatif;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run as its administrator sees it. Names are the JSON's.
 *
 * @param state running, done, cancelled, failed
 * @param percent of the log's records, 0 to 100
 * @param organizations of the draft, in order
 * @param draft SHA-256 of the body that was sent, in lower-case hexadecimal
 * @param failure a sentence; absent: none
 * @param result absent: not done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WhatIfView(
    String id,
    String state,
    int percent,
    List<String> organizations,
    String draft,
    @Nullable String failure,
    @Nullable WhatIfResult result) {}
