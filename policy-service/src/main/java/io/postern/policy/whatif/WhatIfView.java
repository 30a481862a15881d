package io.postern.policy.whatif;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A run as its administrator sees it. Names are the JSON's.
 *
 * @param state running, done, cancelled, failed
 * @param read records so far
 * @param all records to be read; -1: not known yet
 * @param failure a sentence; absent: none
 * @param result absent: not done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WhatIfView(
    String id,
    String state,
    long read,
    long all,
    @Nullable String failure,
    @Nullable WhatIfResult result) {}
