"""An explanation in Streamlit: the text goes to a calig server, the answer is shown by calig's web components.

    npx calig serve                                     # in a clone, after npm ci: http://127.0.0.1:8017
    pip install streamlit requests                      # made with Streamlit 1.67
    streamlit run examples/streamlit/app.py
"""

import base64
import json
import os
from pathlib import Path

import requests
import streamlit as st

SERVER = os.environ.get("CALIG_URL", "http://127.0.0.1:8017")
TOKEN = os.environ.get("CALIG_TOKEN")
HEADERS = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
SCRIPT = Path(__file__).parents[2] / "packages" / "web" / "dist" / "components" / "calig.js"  # npm run build


def data_uri(media_type, data):
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def component(explanation, theme):
    """The words and the evidence by block. As Base64 nothing in a text can be taken for markup."""
    script = data_uri("text/javascript", SCRIPT.read_bytes())
    source = data_uri("application/json", json.dumps(explanation).encode())
    views = "".join(f'<{tag} src="{source}" theme="{theme}"></{tag}>' for tag in ("calig-text", "calig-blocks"))
    return f'<script type="module" src="{script}"></script>{views}'


@st.cache_data
def models():
    return requests.get(f"{SERVER}/api/models", headers=HEADERS, timeout=10).json()["models"]


st.title("Why did the model decide that?")
text = st.text_input("Text", "The plot is thin but the acting is superb.")
try:
    served = [model for model in models() if model["kind"] == "text"]
except requests.ConnectionError:
    st.error(f"There is no calig server at {SERVER}: start one with npx calig serve")
    st.stop()
model = st.selectbox("Model", served, format_func=lambda model: model["name"])
target = st.selectbox("Explain", ["the predicted class", *model["labels"]])

if text.strip():
    body = {"text": text, "model": model["name"]}
    if target in model["labels"]:
        body["target"] = target
    answer = requests.post(f"{SERVER}/api/explain", json=body, headers=HEADERS, timeout=300)
    if not answer.ok:
        st.error(answer.json()["error"]["message"])
        st.stop()
    explanation = answer.json()
    st.metric(explanation["target"]["label"], f"{explanation['target']['probability']:.1%}")
    st.iframe(component(explanation, st.context.theme.type or "light"), height=480)
    for warning in explanation["warnings"]:
        st.warning(warning["message"])
    st.download_button("Download the explanation", json.dumps(explanation), "explanation.json", "application/json")
