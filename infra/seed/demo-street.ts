/**
 * A made-up district with two streets for the first start, the demo and tests. Codes begin with 99, which the national
 * statistics never gave out; names and numbers belong to nobody.
 */
import type { Post, Role } from '../../domain/roles.ts';
import type { Category } from '../../domain/categories.ts';

export const DEMO_PASSWORD = 'fengqiao-demo';

export const CITY = '9901';
export const DISTRICT = '990101';
export const STREET = '990101001';
export const OTHER_STREET = '990101002';
export const COMMUNITY = '990101001001';
export const COMMUNITY_2 = '990101001002';
export const GRID = '990101001001001';
export const GRID_2 = '990101001001002';
export const GRID_3 = '990101001002001';
/** Its grid worker is a registered mediator too, so that a quarrel can end there in an agreement. */
export const GRID_4 = '990101001001003';
export const OTHER_GRID = '990101002001001';

export const REGIONS: [code: string, name: string][] = [
  [CITY, '枫江市'],
  [DISTRICT, '枫江市溪桥区'],
  [STREET, '溪桥区枫桥街道'],
  [OTHER_STREET, '溪桥区柳林街道'],
  [COMMUNITY, '枫桥街道桂花社区'],
  [COMMUNITY_2, '枫桥街道石板社区'],
  ['990101002001', '柳林街道柳岸社区'],
  [GRID, '桂花社区第一网格'],
  [GRID_2, '桂花社区第二网格'],
  [GRID_4, '桂花社区第三网格'],
  [GRID_3, '石板社区第一网格'],
  [OTHER_GRID, '柳岸社区第一网格'],
];

export const PLACES: [id: string, name: string, region: string][] = [
  ['plc-guihua-3', '桂花苑3号楼', GRID],
  ['plc-guihua-7', '桂花苑7号楼', GRID_2],
  ['plc-guihua-9', '桂花苑9号楼', GRID_4],
  ['plc-market', '石板农贸市场', GRID_3],
  ['plc-liuan-1', '柳岸小区1号楼', OTHER_GRID],
];

export interface DemoBody {
  id: string;
  name: string;
  kind: string;
  regions: string[];
  categories: Category[];
}

export const BODIES: DemoBody[] = [
  {
    id: 'committee-street',
    name: '枫桥街道人民调解委员会',
    kind: 'committee',
    regions: [STREET],
    categories: [],
  },
  {
    id: 'committee-guihua',
    name: '桂花社区人民调解委员会',
    kind: 'committee',
    regions: [COMMUNITY],
    categories: [],
  },
  {
    id: 'committee-shiban',
    name: '石板村人民调解委员会',
    kind: 'committee',
    regions: [COMMUNITY_2],
    categories: [],
  },
  {
    id: 'committee-district',
    name: '溪桥区联合调解组',
    kind: 'committee',
    regions: [DISTRICT],
    categories: ['D11'],
  },
  { id: 'justice-office', name: '枫桥司法所', kind: 'department', regions: [STREET], categories: [] },
  { id: 'police', name: '枫桥派出所', kind: 'police', regions: [STREET], categories: [] },
  {
    id: 'housing',
    name: '区住房和城乡建设局',
    kind: 'department',
    regions: [DISTRICT],
    categories: ['D03', 'D14'],
  },
  {
    id: 'city-management',
    name: '区城市管理局',
    kind: 'department',
    regions: [DISTRICT],
    categories: ['D09', 'D14'],
  },
  {
    id: 'market-supervision',
    name: '区市场监督管理局',
    kind: 'department',
    regions: [DISTRICT],
    categories: ['D11'],
  },
  { id: 'court', name: '溪桥区人民法院', kind: 'court', regions: [DISTRICT], categories: [] },
  {
    id: 'property-firm',
    name: '桂花苑物业服务公司',
    kind: 'company',
    regions: [COMMUNITY],
    categories: ['D14'],
  },
  {
    id: 'village-committee',
    name: '石板村民委员会',
    kind: 'village-committee',
    regions: [COMMUNITY_2],
    categories: ['D15'],
  },
  { id: 'law-firm', name: '结对律师事务所', kind: 'law-firm', regions: [COMMUNITY], categories: [] },
  { id: 'elder-station', name: '桂花社区助老站', kind: 'volunteers', regions: [COMMUNITY], categories: [] },
];

export interface DemoPerson {
  /** Login and id in one. */
  id: string;
  name: string;
  posts: Post[];
  skills?: Category[];
  /** On the roster for the first post's region, in this capacity. */
  duty?: 'responsible' | 'cover' | 'officer';
}

const post = (role: Role, region: string, bodyId?: string): Post => ({
  ...{ role, region },
  ...(bodyId !== undefined && { bodyId }),
});

export const STAFF: DemoPerson[] = [
  { id: 'grid-1', name: '网格员甲', posts: [post('grid-worker', GRID)], duty: 'responsible' },
  { id: 'grid-2', name: '网格员乙', posts: [post('grid-worker', GRID_2)], duty: 'responsible' },
  { id: 'grid-3', name: '网格员丙', posts: [post('grid-worker', GRID_3)], duty: 'responsible' },
  {
    id: 'grid-4',
    name: '网格员丁',
    posts: [post('grid-worker', GRID_4), post('mediator', GRID_4, 'committee-guihua')],
    duty: 'responsible',
  },
  { id: 'grid-9', name: '柳岸网格员', posts: [post('grid-worker', OTHER_GRID)], duty: 'responsible' },
  { id: 'community-1', name: '桂花社区干部', posts: [post('community-officer', COMMUNITY)], duty: 'officer' },
  {
    id: 'community-2',
    name: '石板社区干部',
    posts: [post('community-officer', COMMUNITY_2)],
    duty: 'officer',
  },
  {
    id: 'community-9',
    name: '柳岸社区干部',
    posts: [post('community-officer', '990101002001')],
    duty: 'officer',
  },
  { id: 'counter-1', name: '街道窗口人员', posts: [post('counter-clerk', STREET)] },
  { id: 'dispatcher-1', name: '街道调度员', posts: [post('dispatcher', STREET)] },
  { id: 'duty-1', name: '街道值班长', posts: [post('duty-officer', STREET)], duty: 'officer' },
  { id: 'duty-9', name: '柳林街道值班长', posts: [post('duty-officer', OTHER_STREET)], duty: 'officer' },
  { id: 'leader-1', name: '街道包案领导', posts: [post('leader', STREET)], duty: 'officer' },
  { id: 'district-1', name: '区级值班员', posts: [post('district-officer', DISTRICT)], duty: 'officer' },
  {
    id: 'director-1',
    name: '街道调委会主任',
    posts: [post('committee-director', STREET, 'committee-street')],
  },
  {
    id: 'director-2',
    name: '桂花调委会主任',
    posts: [post('committee-director', COMMUNITY, 'committee-guihua')],
  },
  {
    id: 'director-3',
    name: '区联调组组长',
    posts: [post('committee-director', DISTRICT, 'committee-district')],
  },
  {
    ...{ id: 'mediator-1', name: '调解员甲', skills: ['D02', 'D03', 'D14'] },
    posts: [post('mediator', STREET, 'committee-street')],
  },
  {
    ...{ id: 'mediator-2', name: '调解员乙', skills: ['D01', 'D02'] },
    posts: [post('mediator', COMMUNITY, 'committee-guihua')],
  },
  {
    ...{ id: 'mediator-3', name: '调解员丙', skills: ['D10', 'D06', 'D11'] },
    posts: [post('mediator', DISTRICT, 'committee-district'), post('mediator', STREET, 'committee-street')],
  },
  {
    id: 'mediator-4',
    name: '石板村调解员',
    posts: [post('mediator', COMMUNITY_2, 'committee-shiban')],
  },
  { id: 'justice-1', name: '司法所经办人', posts: [post('body-handler', STREET, 'justice-office')] },
  { id: 'police-1', name: '社区民警', posts: [post('body-handler', STREET, 'police')] },
  { id: 'housing-1', name: '住建局经办人', posts: [post('body-handler', DISTRICT, 'housing')] },
  { id: 'city-1', name: '城管局经办人', posts: [post('body-handler', DISTRICT, 'city-management')] },
  { id: 'market-1', name: '市场监管经办人', posts: [post('body-handler', DISTRICT, 'market-supervision')] },
  { id: 'court-1', name: '法院联络员', posts: [post('body-handler', DISTRICT, 'court')] },
  {
    id: 'court-2',
    name: '法院特邀调解员',
    posts: [post('mediator', DISTRICT, 'committee-district'), post('body-handler', DISTRICT, 'court')],
  },
  { id: 'property-1', name: '物业经办人', posts: [post('body-handler', COMMUNITY, 'property-firm')] },
  { id: 'village-1', name: '村委会经办人', posts: [post('body-handler', COMMUNITY_2, 'village-committee')] },
  { id: 'lawyer-1', name: '结对律师', posts: [post('body-handler', COMMUNITY, 'law-firm')] },
  { id: 'elder-1', name: '社区助老员', posts: [post('body-handler', COMMUNITY, 'elder-station')] },
  { id: 'inspector-1', name: '督查员', posts: [post('inspector', DISTRICT)] },
  { id: 'evaluator-1', name: '评估员', posts: [post('evaluator', DISTRICT)] },
  { id: 'admin-1', name: '系统管理员', posts: [post('administrator', DISTRICT)] },
];

/** Residents who chose to have an account; nobody needs one to be heard. */
export const RESIDENTS: [id: string, name: string][] = [
  ['resident-1', '居民一'],
  ['resident-2', '居民二'],
  ['resident-3', '居民三'],
  ['resident-4', '居民四'],
];
