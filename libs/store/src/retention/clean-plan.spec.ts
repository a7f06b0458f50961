import { planCleaning, refusesPuts } from './clean-plan';

const CONFIG = {
  diskMaxUsedSpaceRatio: 75,
  diskSpaceCleanForciblyRatio: 85,
  diskSpaceWarningLevelRatio: 90,
  cleanFileForciblyEnable: false,
};
const NOT_NOW = { isTime: false, isAskedFor: false };

describe('planCleaning', () => {
  it.each([
    // used, forcibly, expired files go, unexpired files go, puts refused
    [75, true, false, false, false],
    [76, true, true, false, false],
    [85, true, true, false, false],
    [86, false, true, false, false],
    [86, true, true, true, false],
    [90, true, true, true, false],
    [91, false, true, false, true],
    [91, true, true, true, true],
  ])('%d%% used, cleanFileForciblyEnable %s', (usedPercent, isForcible, old, young, refused) => {
    const config = { ...CONFIG, cleanFileForciblyEnable: isForcible };
    expect(planCleaning(config, { usedPercent, ...NOT_NOW })).toEqual({
      deletesExpired: old,
      deletesUnexpired: young,
    });
    expect(refusesPuts(config, usedPercent)).toBe(refused);
  });

  it('deletes what has expired in the hours of deleteWhen, and when asked', () => {
    const expired = { deletesExpired: true, deletesUnexpired: false };
    expect(planCleaning(CONFIG, { ...NOT_NOW, usedPercent: 1, isTime: true })).toEqual(expired);
    expect(planCleaning(CONFIG, { ...NOT_NOW, usedPercent: 1, isAskedFor: true })).toEqual(expired);
  });

  it('deletes expired files before unexpired ones would go, whatever the ratios', () => {
    const config = { ...CONFIG, diskMaxUsedSpaceRatio: 95, cleanFileForciblyEnable: true };
    const plan = planCleaning(config, { ...NOT_NOW, usedPercent: 86 });
    expect(plan).toEqual({ deletesExpired: true, deletesUnexpired: true });
  });
});
