// A dialer in Node: does the steps that it is given as JSON with Twilio's SDK, unmodified but for its base URL, and prints
// what each returned or raised. Steps: ["create", parameters], ["fetch", sid], ["update", sid, parameters],
// ["list", parameters].
import {createRequire} from "node:module";

const {modules, baseUrl, accountSid, token, steps} = JSON.parse(process.argv[2]);
const twilio = createRequire(`${modules}/`)("twilio");
const client = twilio(accountSid, token);
client.api.baseUrl = baseUrl;

const actions = {
  create: (parameters) => client.calls.create(parameters),
  fetch: (sid) => client.calls(sid).fetch(),
  update: (sid, parameters) => client.calls(sid).update(parameters),
  list: (parameters) => client.calls.list(parameters),
  each: (parameters) =>
    new Promise((resolve, reject) => {
      const seen = [];
      client.calls.each({
        ...parameters,
        callback: (call) => seen.push(call),
        done: (error) => (error ? reject(error) : resolve(seen)),
      });
    }),
};

const shown = ({sid, status, accountSid, to, from, dateCreated, uri, duration}) => ({
  sid, status, accountSid, to, from, dateCreated, uri, duration,
});
const raised = ({constructor, code, message, moreInfo, status, details}) => ({
  error: constructor.name, code, message, moreInfo, status, details,
});

const results = [];
for (const [action, ...given] of steps) {
  try {
    const result = await actions[action](...given);
    results.push(Array.isArray(result) ? result.map(shown) : shown(result));
  } catch (error) {
    results.push(raised(error));
  }
}
console.log(JSON.stringify(results));
