import { Type } from 'typebox';
import { CategoryCode, DifficultyCode, Id, LevelCode, RegionCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { DangerFacts, Owner } from '../parts.ts';
import { DANGER, GRID, OWNER } from '../samples.ts';

export const triaged = defineEvent({
  kind: 'dispute',
  type: 'triaged',
  version: 1,
  summary: 'Category, difficulty, danger, level and owner are decided; discovery ends.',
  fields: {
    by: Id(),
    category: CategoryCode(),
    difficulty: DifficultyCode(),
    danger: DangerFacts,
    region: RegionCode(),
    level: LevelCode(),
    owner: Owner,
    duplicatesChecked: Type.Literal(true),
  },
  example: {
    by: 'staff_7',
    category: 'D02',
    difficulty: 'general',
    danger: DANGER,
    region: GRID,
    level: 'community',
    owner: OWNER,
    duplicatesChecked: true,
  },
});
