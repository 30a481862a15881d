/** The frame of every service: its start, its checked settings, its health. */
@NullMarked
package io.postern.service;

import org.jspecify.annotations.NullMarked;
