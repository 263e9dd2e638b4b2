import { GRID_2 } from '../../../infra/seed/demo-street.ts';
import { person, resolve, triage } from '../moves.ts';
import { DEMO_POLICY } from '../policy.ts';
import type { Script } from '../script.ts';

/** A shared wall that leans: found on a sweep, propped before anybody is angry. */
export const prevented: Script = {
  id: 'prevented',
  title: { zh: '院墙开裂,赶在雨季前', en: 'A cracked wall, before the rains' },
  category: 'D02',
  source: null,
  policy: DEMO_POLICY,
  expected: {
    path: ['discovery@community', 'prevention@community', 'closed@community'],
    closure: { outcome: 'resolved', kind: 'prevented' },
    met: ['triage', 'level', 'task-report-in', 'task-answer'],
    shows: [
      { type: 'reported', channel: 'sweep' },
      { type: 'measure-recorded', by: 'grid-2', kind: 'visit' },
      { type: 'measure-recorded', loweredRisk: true },
      { type: 'resolved', by: 'community-1', kind: 'prevented' },
    ],
    agreements: [],
  },
  steps: [
    {
      say: 'on a sweep grid-2 finds a wall between two yards that leans',
      async act(play) {
        await play.report('grid-2', {
          ...{ channel: 'sweep', region: GRID_2, placeId: 'plc-guihua-7', category: 'D02' },
          title: '两家共用的院墙开裂外倾',
          narrative: '排查发现院墙裂了一道缝,向东家一侧倾斜。两家眼下相安无事,一下雨就难说了。',
          parties: [person('a', 'A', '东院唐家'), person('b', 'B', '西院邵家')],
        });
        await play.act('grid-2', 'propose-triage', { category: 'D02', difficulty: 'simple' });
        await triage(play, 'community-1', 'D02', 'community', 'simple');
      },
    },
    {
      say: 'grid-2 speaks with both families; the property firm props the wall the same day',
      async act(play) {
        await play.act('grid-2', 'record-measure', { kind: 'visit', note: '两家都看过,都说早该修。' });
        await play.act('community-1', 'assign-task', {
          ...{ kind: 'coordinate', bodyId: 'property-firm', what: '先把墙撑住,再报价重砌。' },
        });
        await play.answers('property-1', '当天支好了撑木,拉了警戒绳。');
        await play.act('community-1', 'record-measure', {
          ...{ kind: 'coordination', note: '两家商定各出一半,下周重砌。', loweredRisk: true },
        });
      },
    },
    {
      say: 'nothing has come to a quarrel: community-1 closes it as prevented',
      act: (play) => resolve(play, 'community-1', 'prevented', '险情已除,修墙的事也说定了。'),
    },
  ],
};
