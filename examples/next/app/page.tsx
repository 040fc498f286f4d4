import { Explainer } from "./explainer";

export default function Page() {
  return (
    <main>
      <h1>Why did the model decide that?</h1>
      <Explainer />
    </main>
  );
}
