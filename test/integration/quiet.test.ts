import { expect, test } from 'vitest';
import * as z from 'zod';
import { seedMany } from '../../sandbox/seed/many.ts';
import { steps } from '../../src/steps/index.ts';
import { targetOf } from '../helpers/adapters.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';
