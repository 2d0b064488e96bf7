// A small OPC UA server on node-opcua, another maker's stack, with the nodes and commands of server.py.
// usage: node server.js '{"modules": …, "port": …, "pki": …, "machines": 2, "shift": false, "strict": false,
//        "users": false, "secure": false, "alarms": false, "countEvery": 0, "load": 0, "rate": 0}'
const a = JSON.parse(process.argv[2]);
const {
  OPCUAServer, DataType, Variant, OPCUACertificateManager, SecurityPolicy, MessageSecurityMode, StatusCodes,
} = require(a.modules + '/node-opcua');
const path = require('path');
const KINDS = { Vibration: 'Double', Power: 'Double', State: 'Int32', GoodCount: 'Int32', Product: 'String' };

function managers() {
  const make = (name, accept) => new OPCUACertificateManager({
    rootFolder: path.join(a.pki, name), automaticallyAcceptUnknownCertificate: accept });
  return [make(a.strict ? 'strict' : 'open', !a.strict), make('users', true)];
}

function addNodes(space, namespace, value, nodes) {
  const folder = namespace.addFolder(space.rootFolder.objects, { browseName: 'Machines', nodeId: 's=Machines' });
  nodes.counter = namespace.addVariable({ organizedBy: space.rootFolder.objects, browseName: 'counter',
    nodeId: 's=counter', dataType: 'UInt32', value: { dataType: DataType.UInt32, value: 0 }, minimumSamplingInterval: 0 });
  for (let k = 0; k < (a.machines ?? 2); k++) {
    const machine = namespace.addObject({ organizedBy: folder, browseName: `M-${k}`, nodeId: `s=M-${k}`,
      ...(a.alarms ? { notifierOf: space.rootFolder.objects.server, eventNotifier: 1 } : {}) });
    for (const [key, kind] of Object.entries(KINDS)) {
      const first = kind === 'String' ? (value > 0 ? 'A' : 'wrong') : value;
      const about = { componentOf: machine, browseName: key, nodeId: `s=M-${k}.${key}`, dataType: kind,
        ...(a.alarms ? { eventSourceOf: machine } : {}),
        minimumSamplingInterval: 0, value: { dataType: DataType[kind], value: first } };
      nodes[`M-${k}.${key}`] = key === 'Vibration'
        ? namespace.addAnalogDataItem({ ...about, engineeringUnitsRange: { low: 0, high: 12 },
          engineeringUnits: { namespaceUri: 'http://www.opcfoundation.org/UA/units/un/cefact', unitId: 4403510,
            displayName: { text: 'mm/s' }, description: { text: 'millimetre per second' } } })
        : namespace.addVariable(about);
    }
  }
}

function addAlarms(space, namespace, nodes) {
  // a limit alarm on the vibration of each machine, as the stack makes it: above 5 it is active
  for (let k = 0; k < (a.machines ?? 2); k++) {
    const watched = nodes[`M-${k}.Vibration`];
    namespace.instantiateExclusiveLimitAlarm('ExclusiveLimitAlarmType', { browseName: `M-${k}.TooMuch`,
      nodeId: `s=M-${k}.TooMuch`, conditionSource: watched, inputNode: watched, highHighLimit: 9, highLimit: 5,
      lowLimit: -5, lowLowLimit: -9 });
  }
}

let paused = false;

function addLoad(space, namespace, nodes) {
  // 'load' numeric nodes i=1…, of which 'rate' a second change, in turn; the value is the monotonic clock in seconds,
  // s=counter says how many changes there were. The commands pause and resume hold it up.
  const folder = namespace.addFolder(space.rootFolder.objects, { browseName: 'Load', nodeId: 's=Load' });
  const variables = [];
  for (let k = 1; k <= (a.load ?? 0); k++) {
    variables.push(namespace.addVariable({ componentOf: folder, browseName: `V${k}`, nodeId: `i=${k}`,
      dataType: 'Double', value: { dataType: DataType.Double, value: 0 }, minimumSamplingInterval: 0 }));
  }
  const clock = () => Number(process.hrtime.bigint()) / 1e9;
  let next = 0, owed = 0, last = clock(), changes = 0;
  if (a.rate) {
    setInterval(() => {
      const now = clock(), stamp = new Date();
      owed = Math.min(owed + (now - last) * a.rate, a.rate / 2);
      last = now;
      if (paused) { owed = 0; return; }
      for (; owed >= 1; owed--) {
        variables[next].setValueFromSource({ dataType: DataType.Double, value: clock() }, StatusCodes.Good, stamp);
        next = (next + 1) % variables.length;
        changes++;
      }
      nodes.counter.setValueFromSource({ dataType: DataType.UInt32, value: changes });
    }, 20);
  }
}

function carryOut(nodes, line) {
  const [what, name, ...rest] = line.trim().split(' ');
  if (what === 'pause' || what === 'resume') paused = what === 'pause';
  const node = nodes[name];
  const kind = DataType[KINDS[name?.split('.')[1]] ?? 'UInt32'];
  if (what === 'set') node.setValueFromSource({ dataType: kind, value: Number(rest[0]) });
  if (what === 'text') node.setValueFromSource({ dataType: DataType.String, value: rest.join(' ') });
  if (what === 'status') node.setValueFromSource({ dataType: DataType.Null }, StatusCodes[rest[0]]);
}

(async () => {
  const [serverCertificateManager, userCertificateManager] = managers();
  await serverCertificateManager.initialize();
  await userCertificateManager.initialize();
  const options = { port: a.port, host: '127.0.0.1', serverCertificateManager, userCertificateManager,
    securityPolicies: a.secure
      ? [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss]
      : [SecurityPolicy.None],
    securityModes: a.secure ? [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt] : [MessageSecurityMode.None],
    serverCapabilities: { maxMonitoredItems: 1e6, maxMonitoredItemsPerSubscription: a.perSubscription ?? 200000,
      maxSessions: 50, maxSubscriptions: 100 } };
  if (a.users) {
    options.allowAnonymous = false;
    options.userManager = { isValidUser: (user, password) => user === 'op' && password === 'secret' };
  }
  const server = new OPCUAServer(options);
  await server.initialize();
  const space = server.engine.addressSpace, nodes = {};
  if (a.shift) addNodes(space, space.registerNamespace('urn:other'), -1, {});
  const namespace = space.registerNamespace('urn:twinviewer:test');
  addNodes(space, namespace, 1, nodes);
  if (a.alarms) { space.installAlarmsAndConditionsService(); addAlarms(space, namespace, nodes); }
  addLoad(space, namespace, nodes);
  await server.start();
  console.log('READY');
  let count = 0;
  if (a.countEvery) {
    setInterval(() => nodes.counter.setValueFromSource({ dataType: DataType.UInt32, value: ++count }), a.countEvery * 1000);
  }
  let rest = '';
  process.stdin.on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop();
    for (const line of lines) { carryOut(nodes, line); console.log('DONE'); }
  });
  process.stdin.on('end', () => process.exit(0));
})();
